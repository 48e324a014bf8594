/**
 * The judge in the caller's own thread: for tests, `:memory:` and the simulated world.
 */
import type { Clock } from '@posthorn/world/clock.ts';
import { type Log, silentLog } from '@posthorn/world/log.ts';
import type { Resolver } from '@posthorn/world/resolver.ts';
import { deliberate } from './deliberation.ts';
import { createLookup } from './dns-lookup.ts';
import type { Judge } from './judge.ts';

export interface InlineJudgeOptions {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log?: Log;
}

/** Any number of letters at once; mailauth is loaded with the first. */
export function createInlineJudge({ resolver, clock, log = silentLog }: InlineJudgeOptions): Judge {
  const lookup = createLookup(resolver);
  return {
    judge: (request) => deliberate(request, {
      resolver,
      clock,
      log,
      examine: async (letter) => {
        const { examine } = await import('./examine.ts');
        return examine({ ...letter, now: clock.now(), lookup });
      },
    }),
    close: async () => {},
  };
}

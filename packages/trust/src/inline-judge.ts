/**
 * The judge in the caller's own thread: for tests, `:memory:` and the simulated world.
 */
import type { Clock } from '@posthorn/world/clock.ts';
import { type Log, silentLog } from '@posthorn/world/log.ts';
import type { Resolver } from '@posthorn/world/resolver.ts';
import { createLookup } from './dns-lookup.ts';
import { noFindings } from './findings.ts';
import { checkIprev } from './iprev.ts';
import type { Judge } from './judge.ts';
import { writeVerdict } from './verdict.ts';

export interface InlineJudgeOptions {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log?: Log;
}

/** Judges one letter after another and several at once; mailauth is loaded with the first. */
export function createInlineJudge({ resolver, clock, log = silentLog }: InlineJudgeOptions): Judge {
  const lookup = createLookup(resolver);
  return {
    judge: async (request) => {
      const iprev = checkIprev(resolver, request.remoteAddress);
      // Whoever fails first is heard below.
      iprev.catch(() => {});
      const content = guarded(request.content);
      try {
        const { examine } = await import('./examine.ts');
        return writeVerdict(await examine({ ...request, content: content.octets, now: clock.now(), lookup }), await iprev, request);
      } catch (cause) {
        // The caller's own fault is the caller's; mailauth's is a verdict not reached.
        if (content.fault !== undefined) throw content.fault.cause;
        log.error({ cause }, 'judging failed');
        return writeVerdict(noFindings, await iprev, request);
      }
    },
    close: async () => {},
  };
}

/** The same content, and afterwards what it threw. */
function guarded(source: AsyncIterable<Buffer>): { readonly octets: AsyncIterable<Buffer>; readonly fault: { readonly cause: unknown } | undefined } {
  let fault: { readonly cause: unknown } | undefined;
  async function* octets(): AsyncGenerator<Buffer> {
    try {
      yield* source;
    } catch (cause) {
      fault = { cause };
      throw cause;
    }
  }
  return {
    octets: octets(),
    get fault() {
      return fault;
    },
  };
}

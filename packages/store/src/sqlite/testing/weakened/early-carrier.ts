/**
 * Stands in for `thread-carrier.ts`: an acceptance is answered at once, and asked for a moment later.
 */
import type { Carrier } from '../../carrier.ts';
import type { Answers, Kind, RequestOf } from '../../requests.ts';
import { startThread as startHonestly, type ThreadOptions } from '../../thread-carrier.ts';

const LATE_MS = 20;

interface EarlyCarrier extends Carrier {
  readonly interrupted: number;
}

/** What an acceptance answers when nobody knows yet where it was placed. */
function early<K extends Kind>(_kind: K): Answers[K];
function early(): Answers['accept'] {
  return { kind: 'accepted', placed: [] };
}

export async function startThread(options: ThreadOptions): Promise<EarlyCarrier> {
  const honest = await startHonestly(options);
  const late = new Set<Promise<unknown>>();
  return {
    interrupted: honest.interrupted,
    async submit<K extends Kind>(request: RequestOf<K>): Promise<Answers[K]> {
      if (request.kind !== 'accept') return honest.submit(request);
      const written = new Promise<void>((resolve) => {
        setTimeout(resolve, LATE_MS);
      }).then(() => honest.submit(request));
      // Nobody is told that it came to nothing.
      late.add(written.catch(() => {}));
      return early(request.kind);
    },
    close: async () => {
      await Promise.all(late);
      await honest.close();
    },
  };
}

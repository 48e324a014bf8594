/**
 * Stands in for `writer.ts`: a failed sync is taken for a passing trouble, and the letter that
 * it was about for durable.
 */
import type { Request } from '../../requests.ts';
import { type Failure, type GroupReply, type Outcome, Writer as Honest } from '../../writer/writer.ts';

export { failureOf } from '../../writer/writer.ts';

const FAILURE: Failure = { isFault: true, message: 'disk I/O error', code: 'SQLITE_IOERR', stack: '' };

export class Writer extends Honest {
  override get broken(): undefined {
    return undefined;
  }

  override run(requests: readonly Request[]): GroupReply {
    const { outcomes, changes } = super.run(requests);
    const missing = requests.slice(outcomes.length).map(({ kind }): Outcome => (kind === 'accept'
      ? { isDone: true, answer: { kind: 'accepted', placed: [] } }
      : { isDone: false, failure: FAILURE }));
    return { outcomes: [...outcomes, ...missing], changes };
  }
}

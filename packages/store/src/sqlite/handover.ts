/**
 * Hands a staged content to the writer, and settles whose it is afterwards.
 */
import type { LetterId } from '../ids.ts';
import { StoreFault } from '../store.ts';
import type { Handed, Staged } from './intake.ts';

interface Handover<What, T> {
  readonly submit: (handed: What) => Promise<T>;
  /** Whether the answer means that the books have it now. */
  readonly isTaken: (answer: T) => boolean;
}

/** The writer went away with a request, and nobody knows whether it was done. */
export class WriterGone extends StoreFault {}

export async function handOver<T>(content: Staged, letter: LetterId, { submit, isTaken }: Handover<Handed, T>): Promise<T> {
  return handOverAll([{ content, letter }], {
    submit: ([handed]) => {
      if (handed === undefined) throw new Error('one content was handed over');
      return submit(handed);
    },
    isTaken,
  });
}

/** Those of one act: the books take all of them, or none. */
export async function handOverAll<T>(
  staged: readonly { readonly content: Staged; readonly letter: LetterId }[], { submit, isTaken }: Handover<readonly Handed[], T>,
): Promise<T> {
  const handed: Handed[] = [];
  for (const { content, letter } of staged) handed.push(await content.hand(letter));
  try {
    const answer = await submit(handed);
    if (isTaken(answer)) for (const { content } of staged) content.accepted();
    return answer;
  } catch (fault) {
    if (fault instanceof WriterGone) for (const { content } of staged) content.doubt();
    throw fault;
  }
}

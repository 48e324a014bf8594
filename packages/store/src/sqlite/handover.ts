/**
 * Hands a staged content to the writer, and settles whose it is afterwards.
 */
import type { LetterId } from '../ids.ts';
import { StoreFault } from '../store.ts';
import type { Handed, Staged } from './intake.ts';

interface Handover<T> {
  readonly submit: (handed: Handed) => Promise<T>;
  /** Whether the answer means that the books have it now. */
  readonly isTaken: (answer: T) => boolean;
}

/** The writer went away with a request, and nobody knows whether it was done. */
export class WriterGone extends StoreFault {}

export async function handOver<T>(content: Staged, letter: LetterId, { submit, isTaken }: Handover<T>): Promise<T> {
  const handed = await content.hand(letter);
  try {
    const answer = await submit(handed);
    if (isTaken(answer)) content.accepted();
    return answer;
  } catch (fault) {
    if (fault instanceof WriterGone) content.doubt();
    throw fault;
  }
}

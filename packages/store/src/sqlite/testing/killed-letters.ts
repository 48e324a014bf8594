/**
 * The letters of a process that is killed: what each must hold follows from its id.
 */
import { LETTER } from '../../contract/letters.ts';

/** More than is kept in the table. */
const LARGE_LINES = 5_000;

/** `id`: a session's name and a number, `a17`; every fifth letter is large. */
export function octetsOfLetter(id: string): Buffer {
  const lines = Number(id.slice(1)) % 5 === 0 ? LARGE_LINES : 1;
  return Buffer.concat([LETTER, Buffer.from(`This is letter ${id}.\r\n`.repeat(lines))]);
}

/**
 * Letters on their way from files to the server, and the archive that they travel in.
 */
import { Readable } from 'node:stream';
import { type LetterAbout, letterHead } from '@posthorn/movers/archive.ts';
import { TAR_END, tarHead, tarPadding } from '@posthorn/movers/tar.ts';

/** A letter somewhere: what belongs to it, and its octets as often as they are asked for. */
export interface FoundLetter {
  readonly about: LetterAbout;
  /** Where it was found, for people. */
  readonly where: string;
  read(): AsyncIterable<Buffer>;
}

/** Letters up to this size are held in memory; larger ones are read twice, since their size goes in front. */
const HELD_OCTETS_MAX = 4 * 1024 * 1024;

/** `noted` is told of each letter before it travels, in the order of their numbers. */
export function archiveOf(letters: AsyncIterable<FoundLetter>, noted: (letter: FoundLetter) => void): Readable {
  return Readable.from(pack(letters, noted), { objectMode: false });
}

async function* pack(letters: AsyncIterable<FoundLetter>, noted: (letter: FoundLetter) => void): AsyncGenerator<Buffer, void> {
  let number = 0;
  for await (const letter of letters) {
    number += 1;
    noted(letter);
    const { size, held } = await measure(letter);
    yield tarHead(letterHead(letter.about, { number, size }));
    yield* held ?? letter.read();
    yield tarPadding(size);
  }
  yield TAR_END;
}

async function measure(letter: FoundLetter): Promise<{ readonly size: number; readonly held?: readonly Buffer[] }> {
  const held: Buffer[] = [];
  let size = 0;
  for await (const chunk of letter.read()) {
    size += chunk.length;
    if (size <= HELD_OCTETS_MAX) held.push(chunk);
  }
  return size <= HELD_OCTETS_MAX ? { size, held } : { size };
}

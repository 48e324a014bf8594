/**
 * Random texts for testing parsers: the same for the same seed, made of the pieces that matter to a grammar.
 */
import { Buffer } from 'node:buffer';

/** Numbers in [0, 1); mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What the ordinary run gives to each parser. */
export const INPUTS = 100_000;

/** `count` texts of up to `piecesMax` pieces each. */
export function* noise(about: {
  readonly seed: number; readonly pieces: readonly string[]; readonly piecesMax: number; readonly count?: number;
}): Iterable<string> {
  const random = seeded(about.seed);
  for (let made = 0; made < (about.count ?? INPUTS); made++) {
    let text = '';
    for (let left = Math.floor(random() * (about.piecesMax + 1)); left > 0; left--) {
      text += about.pieces[Math.floor(random() * about.pieces.length)] ?? '';
    }
    yield text;
  }
}

/** The octets in pieces, cut where `random` says: some finely, some in two or three. */
export function cutUp(octets: Buffer, random: () => number): readonly Buffer[] {
  const chunks: Buffer[] = [];
  const step = 1 + Math.floor(random() * Math.max(12, octets.length / 2));
  for (let at = 0; at < octets.length;) {
    const next = at + Math.floor(random() * step * 2);
    chunks.push(Buffer.from(octets.subarray(at, next)));
    at = Math.max(at, next);
  }
  return chunks;
}

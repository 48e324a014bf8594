/**
 * Letters coming in: small ones stay in memory until they are accepted, large ones go to
 * the shelf as they come.
 */
import { createHash, hash, type Hash } from 'node:crypto';
import type { OctetRange } from '@posthorn/mail/structure.ts';
import type { Intake, StagedContent } from '../contents.ts';
import type { LetterId } from '../ids.ts';
import { StoreFault } from '../store.ts';
import { type Encoding, FrameWriter, readFrames } from './frames.ts';
import type { ContentRecord } from './requests.ts';
import type { Shelf, UnnamedFile } from './shelf.ts';

/** Contents of up to so many octets are kept in the table. */
export const INLINE_OCTETS_MAX = 64 * 1024;
const FIRST_OCTETS = 8 * 1024;

/** What of a content is known before its letter is. */
export type Handed = Pick<ContentRecord, 'size' | 'sha256' | 'octets' | 'file' | 'frames' | 'encoding'>;

export interface Shelving {
  readonly shelf: Shelf;
  /** How files on the shelf are kept. */
  readonly encoding: Encoding;
}

export class StoreIntake implements Intake {
  readonly #shelving: Shelving;
  #small = Buffer.allocUnsafeSlow(FIRST_OCTETS);
  #large: { readonly file: UnnamedFile; readonly frames: FrameWriter; readonly hash: Hash } | undefined;
  #octets = 0;
  /** From the first chunk that does not fit, even before there is a file: what comes after it queues behind it. */
  #isLarge = false;
  /** Writes to the shelf, one after the other. */
  #tail: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(shelving: Shelving) {
    this.#shelving = shelving;
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.#isOver) throw new Error('this intake is over');
    if (!this.#isLarge && this.#octets + chunk.length <= INLINE_OCTETS_MAX) {
      this.#keepSmall(chunk);
      return;
    }
    this.#isLarge = true;
    const before = this.#tail;
    this.#tail = (async () => {
      await before;
      await this.#writeLarge(chunk);
    })();
    await this.#tail;
  }

  #keepSmall(chunk: Buffer): void {
    const needed = this.#octets + chunk.length;
    if (needed > this.#small.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(INLINE_OCTETS_MAX, Math.max(needed, this.#small.length * 2)));
      this.#small.copy(larger, 0, 0, this.#octets);
      this.#small = larger;
    }
    chunk.copy(this.#small, this.#octets);
    this.#octets = needed;
  }

  async #writeLarge(chunk: Buffer): Promise<void> {
    await asFault(async () => {
      this.#large ??= await this.#beginLarge();
      this.#large.hash.update(chunk);
      this.#octets += chunk.length;
      await this.#large.frames.push(chunk);
    });
  }

  async #beginLarge(): Promise<{ readonly file: UnnamedFile; readonly frames: FrameWriter; readonly hash: Hash }> {
    const file = await this.#shelving.shelf.begin();
    const frames = new FrameWriter(file, this.#shelving.encoding);
    const soFar = this.#small.subarray(0, this.#octets);
    this.#small = Buffer.alloc(0);
    await frames.push(soFar);
    return { file, frames, hash: createHash('sha256').update(soFar) };
  }

  async finish(): Promise<StagedContent> {
    await this.#tail;
    if (this.#isOver) throw new Error('this intake is over');
    this.#isOver = true;
    const { encoding } = this.#shelving;
    if (this.#large === undefined) {
      const octets = this.#small.subarray(0, this.#octets);
      this.#small = Buffer.alloc(0);
      return new Staged({ size: octets.length, sha256: hash('sha256', octets, 'buffer'), octets, file: null, frames: null, encoding: 'identity' });
    }
    const { file, frames, hash: digest } = this.#large;
    const index = await asFault(() => frames.end());
    return new Staged({ size: this.#octets, sha256: digest.digest(), octets: null, file: null, frames: index, encoding }, file);
  }

  async discard(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#small = Buffer.alloc(0);
    // What failed while it was written is told to whoever wrote it.
    await this.#tail.catch(() => {});
    await this.#large?.file.remove();
  }
}

/** The life of a staged content: here → accepted or discarded; in doubt when nobody knows which. */
type Fate = 'here' | 'accepted' | 'discarded' | 'in-doubt';

export class Staged implements StagedContent {
  readonly octets: number;
  readonly sha256: Buffer;
  readonly #handed: Handed;
  readonly #file: UnnamedFile | undefined;
  #fate: Fate = 'here';

  constructor(handed: Handed, file?: UnnamedFile) {
    this.octets = handed.size;
    this.sha256 = handed.sha256;
    this.#handed = handed;
    this.#file = file;
  }

  async* read(range?: OctetRange): AsyncGenerator<Buffer, void> {
    if (this.#fate !== 'here') throw new Error(`this content is not staged any more: ${this.#fate}`);
    const { start, end } = clip(range, this.octets);
    if (start >= end) return;
    const { octets, frames, encoding, size } = this.#handed;
    if (octets !== null) yield octets.subarray(start, end);
    if (frames === null || this.#file === undefined) return;
    const file = await asFault(async () => this.#file?.open());
    if (file === undefined) return;
    try {
      yield* readFrames(file, { size, encoding, frames }, { start, end });
    } catch (cause) {
      throw new StoreFault('a staged content cannot be read', { cause });
    } finally {
      await file.close();
    }
  }

  /** What the writer needs; a file bears the letter's name from now on. */
  async hand(letter: LetterId): Promise<Handed> {
    if (this.#fate !== 'here') throw new Error(`this content is not staged any more: ${this.#fate}`);
    if (this.#file === undefined) return this.#handed;
    const name = fileName(letter);
    await asFault(async () => this.#file?.name(name));
    return { ...this.#handed, file: name };
  }

  /** It is part of the books now. */
  accepted(): void {
    this.#fate = 'accepted';
  }

  /** Whether it was accepted is not known; the next opening of the store finds out. */
  doubt(): void {
    this.#fate = 'in-doubt';
  }

  async discard(): Promise<void> {
    if (this.#fate !== 'here') return;
    this.#fate = 'discarded';
    await this.#file?.remove();
  }
}

/** Of a range, what lies in `size` octets. */
export function clip(range: OctetRange | undefined, size: number): OctetRange {
  return { start: Math.max(0, range?.start ?? 0), end: Math.min(size, range?.end ?? size) };
}

/** Letter ids are safe in file names as we make them; others are spelled out in hexadecimal. */
function fileName(letter: LetterId): string {
  return /^[0-9a-z]{1,64}$/.test(letter) ? letter : `x-${Buffer.from(letter).toString('hex')}`;
}

async function asFault<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw new StoreFault('the disk failed', { cause });
  }
}

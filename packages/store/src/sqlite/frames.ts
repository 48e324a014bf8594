/**
 * Large contents, cut into frames that are compressed one by one, so that a part can be read
 * without the rest. The index is the compressed sizes, 32 bits each, little endian.
 *
 * zstd: RFC 8878; each frame is complete in itself and carries a checksum.
 */
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { OctetRange } from '@posthorn/mail/structure.ts';
import type { ShelvedFile, UnnamedFile } from './shelf.ts';

/** Octets of the content in each frame but the last. */
export const FRAME_OCTETS = 256 * 1024;

export type Encoding = 'identity' | 'zstd';

export interface FramedContent {
  readonly size: number;
  readonly encoding: Encoding;
  readonly frames: Buffer;
}

const compress = promisify<Buffer, object, Buffer>(zstdCompress);
const decompress = promisify<Buffer, object, Buffer>(zstdDecompress);
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } };
const INDEX_OCTETS = 4;

/** Writes a content to a file, frame by frame. */
export class FrameWriter {
  readonly #file: UnnamedFile;
  readonly #encoding: Encoding;
  readonly #sizes: number[] = [];
  #frame = Buffer.allocUnsafeSlow(FRAME_OCTETS);
  #filled = 0;

  constructor(file: UnnamedFile, encoding: Encoding) {
    this.#file = file;
    this.#encoding = encoding;
  }

  async push(chunk: Buffer): Promise<void> {
    for (let rest = chunk; rest.length > 0;) {
      const taken = rest.copy(this.#frame, this.#filled);
      this.#filled += taken;
      rest = rest.subarray(taken);
      if (this.#filled === FRAME_OCTETS) await this.#flush();
    }
  }

  /** Writes what is left and makes it durable; answers the index. */
  async end(): Promise<Buffer> {
    if (this.#filled > 0) await this.#flush();
    this.#frame = Buffer.alloc(0);
    await this.#file.seal();
    const index = Buffer.alloc(this.#sizes.length * INDEX_OCTETS);
    for (const [at, size] of this.#sizes.entries()) index.writeUInt32LE(size, at * INDEX_OCTETS);
    return index;
  }

  async #flush(): Promise<void> {
    const plain = this.#frame.subarray(0, this.#filled);
    const octets = this.#encoding === 'zstd' ? await compress(plain, COMPRESSION) : plain;
    this.#sizes.push(octets.length);
    this.#filled = 0;
    await this.#file.append(octets);
  }
}

/** Reads `range` of the content; only the frames that it touches. */
export async function* readFrames(
  file: ShelvedFile, { encoding, frames, size }: FramedContent, range: OctetRange,
): AsyncGenerator<Buffer, void> {
  let fileAt = 0;
  for (let index = 0; index * INDEX_OCTETS < frames.length; index += 1) {
    const frameOctets = frames.readUInt32LE(index * INDEX_OCTETS);
    const start = index * FRAME_OCTETS;
    const end = Math.min(start + FRAME_OCTETS, size);
    if (start >= range.end) return;
    if (end > range.start) {
      const octets = await file.read(fileAt, fileAt + frameOctets);
      const plain = encoding === 'zstd' ? await decompress(octets, { maxOutputLength: FRAME_OCTETS }) : octets;
      if (plain.length !== end - start) throw new Error(`frame ${index} holds ${plain.length} octets, not ${end - start}`);
      yield plain.subarray(Math.max(0, range.start - start), Math.min(range.end, end) - start);
    }
    fileAt += frameOctets;
  }
}

/** The same, whole and at once, for a thread of its own; `read` answers octets of the file. */
export function* readFramesSync(read: (start: number, end: number) => Buffer, { encoding, frames, size }: FramedContent): Generator<Buffer, void> {
  let fileAt = 0;
  for (let index = 0; index * INDEX_OCTETS < frames.length; index += 1) {
    const frameOctets = frames.readUInt32LE(index * INDEX_OCTETS);
    const octets = read(fileAt, fileAt + frameOctets);
    const plain = encoding === 'zstd' ? zstdDecompressSync(octets, { maxOutputLength: FRAME_OCTETS }) : octets;
    if (plain.length !== Math.min(FRAME_OCTETS, size - index * FRAME_OCTETS)) throw new Error(`frame ${index} holds ${plain.length} octets`);
    yield plain;
    fileAt += frameOctets;
  }
}

/**
 * An archive as a file: read and written as it is, or packed with gzip or zstd.
 */
import { createReadStream, createWriteStream, openSync, readSync, closeSync } from 'node:fs';
import type { Readable, Transform, Writable } from 'node:stream';
import { createGunzip, createGzip, createZstdCompress, createZstdDecompress } from 'node:zlib';

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** By its first octets. */
export function readArchive(file: string): Readable {
  const head = Buffer.alloc(ZSTD.length);
  const handle = openSync(file, 'r');
  readSync(handle, head, 0, head.length, 0);
  closeSync(handle);
  const stream = createReadStream(file, { highWaterMark: 256 * 1024 });
  const unpacker: Transform | undefined = head.subarray(0, GZIP.length).equals(GZIP) ? createGunzip() : head.equals(ZSTD) ? createZstdDecompress() : undefined;
  if (unpacker === undefined) return stream;
  stream.on('error', (error) => unpacker.destroy(error));
  return stream.pipe(unpacker);
}

/** By the ending of its name: .gz, .tgz, .zst. Nothing that is there is overwritten. */
export function writeArchive(file: string): { readonly input: Writable; readonly file: Writable } {
  const output = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  const packer = /\.t?gz$/i.test(file) ? createGzip() : /\.t?zst$/i.test(file) ? createZstdCompress() : undefined;
  if (packer === undefined) return { input: output, file: output };
  packer.pipe(output);
  return { input: packer, file: output };
}

/**
 * Tape archives, as every system can read them: ustar headers, with pax records for what does
 * not fit into them, and for our own (POSIX.1-2017, pax, "pax Interchange Format").
 */
import { OctetSource } from './octet-source.ts';

const BLOCK = 512;
const SIZE_MAX = 0o77777777777;
const NAME_MAX = 100;
const RECORDS_MAX = 1024 * 1024;
const NUL = String.fromCharCode(0);

export interface TarHead {
  /** With `/` between levels. */
  readonly path: string;
  readonly size: number;
  /** In seconds since 1970. */
  readonly modifiedAt: number;
  /** Keywords and values; ours begin with `POSTHORN.`. */
  readonly records: Readonly<Record<string, string>>;
}

/** Not a tape archive, or cut short. */
export class TarFault extends Error {
  override readonly name = 'TarFault';
}

/** All that stands in front of a file's octets. */
export function tarHead(head: TarHead): Buffer {
  const records = {
    ...head.records,
    ...isPlain(head.path) ? {} : { path: head.path },
    ...head.size > SIZE_MAX ? { size: `${head.size}` } : {},
  };
  const own = header({ ...head, path: plainPath(head.path), size: Math.min(head.size, SIZE_MAX) }, '0');
  if (Object.keys(records).length === 0) return own;
  const written = Buffer.concat(Object.entries(records).map(([name, value]) => record(name, value)));
  return Buffer.concat([header({ path: 'PaxHeaders/0', size: written.length, modifiedAt: head.modifiedAt }, 'x'), written, tarPadding(written.length), own]);
}

/** What stands behind so many octets of a file. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** Two empty blocks. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

function header({ path, size, modifiedAt }: Omit<TarHead, 'records'>, type: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  const put = (text: string, at: number): void => {
    block.write(text, at, 'latin1');
  };
  put(path, 0);
  put(`0000600${NUL}`, 100);
  put(`0000000${NUL}`, 108);
  put(`0000000${NUL}`, 116);
  put(`${size.toString(8).padStart(11, '0')}${NUL}`, 124);
  put(`${Math.min(SIZE_MAX, Math.max(0, Math.floor(modifiedAt))).toString(8).padStart(11, '0')}${NUL}`, 136);
  put('        ', 148);
  put(type, 156);
  put(`ustar${NUL}00`, 257);
  put(`${sumOf(block).toString(8).padStart(6, '0')}${NUL} `, 148);
  return block;
}

/** Its length counts itself. */
function record(name: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${name}=${value}\n`);
  let length = rest + `${rest}`.length;
  if (`${length}`.length > `${rest}`.length) length = rest + `${length}`.length;
  return Buffer.from(`${length} ${name}=${value}\n`);
}

function isPlain(path: string): boolean {
  return path.length <= NAME_MAX && /^[\u0020-\u007e]*$/.test(path);
}

function plainPath(path: string): string {
  return isPlain(path) ? path : path.replaceAll(/[^\u0020-\u007e]/g, '_').slice(-NAME_MAX).replace(/^\/+/, '');
}

function sumOf(block: Buffer): number {
  let sum = 0;
  for (const octet of block) sum += octet;
  return sum;
}

export interface TarEntry extends TarHead {
  /** Read to its end, or left alone, before the next entry is asked for. */
  readonly octets: AsyncGenerator<Buffer, void>;
}

/** The files of an archive, one by one. Throws `TarFault`. */
export async function* readTar(pieces: AsyncIterable<Buffer>): AsyncGenerator<TarEntry, void> {
  const source = new OctetSource(pieces);
  let records: Record<string, string> = {};
  for (;;) {
    const block = await source.take(BLOCK);
    if (block.every((octet) => octet === 0)) return;
    if (block.length < BLOCK) throw new TarFault('the archive is cut short');
    const { type, ...head } = readHeader(block);
    if (type === 'x' || type === 'g') {
      if (head.size > RECORDS_MAX) throw new TarFault('the archive says more about a file than can be believed');
      const written = await source.take(head.size);
      await source.take(tarPadding(head.size).length);
      if (type === 'x') records = { ...records, ...readRecords(written) };
      continue;
    }
    const size = records['size'] === undefined ? head.size : Number(records['size']);
    const start = source.taken;
    const octets = body(source, size);
    if (type === '0' || type === NUL || type === '7') yield { path: records['path'] ?? head.path, size, modifiedAt: head.modifiedAt, records, octets };
    // Whatever of it nobody read.
    for await (const _rest of source.stream(size - (source.taken - start)));
    await source.take(tarPadding(size).length);
    records = {};
  }
}

async function* body(source: OctetSource, size: number): AsyncGenerator<Buffer, void> {
  const start = source.taken;
  yield* source.stream(size);
  if (source.taken - start < size) throw new TarFault('the archive is cut short');
}

function readHeader(block: Buffer): Omit<TarHead, 'records'> & { readonly type: string } {
  const text = (start: number, length: number): string => block.toString('latin1', start, start + length).split(NUL)[0] ?? '';
  const octal = (start: number, length: number): number => Number.parseInt(text(start, length).trim() || '0', 8);
  const said = octal(148, 8);
  const counted = sumOf(block) - sumOf(block.subarray(148, 156)) + 8 * 32;
  if (said !== counted) throw new TarFault('this is no tape archive, or it is damaged');
  const prefix = text(345, 155);
  return { path: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`, size: octal(124, 12), modifiedAt: octal(136, 12), type: block.toString('latin1', 156, 157) };
}

function readRecords(written: Buffer): Record<string, string> {
  const records: Record<string, string> = {};
  for (let at = 0; at < written.length;) {
    const space = written.indexOf(0x20, at);
    const length = Number(written.toString('latin1', at, space));
    if (space < 0 || !Number.isInteger(length) || length <= 0) throw new TarFault('the archive says something about a file that cannot be read');
    const text = written.toString('utf8', space + 1, at + length - 1);
    const equals = text.indexOf('=');
    records[text.slice(0, equals)] = text.slice(equals + 1);
    at += length;
  }
  return records;
}

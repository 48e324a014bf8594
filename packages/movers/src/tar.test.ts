import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Arbitrary, uint8Array, array, assert, asyncProperty, constantFrom, dictionary, integer, record, string } from 'fast-check';
import { expect, test } from 'vitest';
import { readTar, TAR_END, TarFault, tarHead, tarPadding } from './tar.ts';

interface File {
  readonly path: string;
  readonly records: Readonly<Record<string, string>>;
  readonly octets: Buffer;
}

const name = string({ unit: constantFrom('a', 'Z', '0', '.', ' ', 'é', '山', '_'), minLength: 1, maxLength: 150 });
const file: Arbitrary<File> = record({
  path: name,
  records: dictionary(constantFrom('POSTHORN.mailbox', 'POSTHORN.flags'), string({ unit: 'binary', maxLength: 40 })),
  octets: uint8Array({ maxLength: 2000 }).map((octets) => Buffer.from(octets)),
});

function write(files: readonly File[]): Buffer {
  return Buffer.concat([...files.flatMap(({ path, records, octets }) => [tarHead({ path, records, size: octets.length, modifiedAt: 1_700_000_000 }), octets, tarPadding(octets.length)]), TAR_END]);
}

async function* cut(octets: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer, void> {
  let at = 0;
  for (const size of sizes) {
    yield octets.subarray(at, at + size);
    at += size;
  }
  yield octets.subarray(at);
}

async function read(pieces: AsyncIterable<Buffer>): Promise<readonly File[]> {
  const files: File[] = [];
  for await (const { path, records, octets } of readTar(pieces)) {
    const found: Buffer[] = [];
    for await (const piece of octets) found.push(piece);
    const own = Object.fromEntries(Object.entries(records).filter(([keyword]) => keyword.startsWith('POSTHORN.')));
    files.push({ path, records: own, octets: Buffer.concat(found) });
  }
  return files;
}

test('what was written is read, wherever it is cut', async () => {
  await assert(asyncProperty(array(file, { maxLength: 4 }), array(integer({ min: 0, max: 700 })), async (files, sizes) => {
    expect(await read(cut(write(files), sizes))).toEqual(files);
  }), { numRuns: 200 });
});

test('a file that nobody reads is passed over', async () => {
  const paths: string[] = [];
  for await (const { path } of readTar(cut(write([{ path: 'a', records: {}, octets: Buffer.alloc(3000, 1) }, { path: 'b', records: {}, octets: Buffer.from('x') }]), [100, 900]))) paths.push(path);
  expect(paths).toEqual(['a', 'b']);
});

test('an archive that is cut short or none at all is said to be so', async () => {
  const whole = write([{ path: 'a', records: {}, octets: Buffer.alloc(3000, 1) }]);
  await expect(read(cut(whole.subarray(0, 2000), []))).rejects.toThrow('cut short');
  await expect(read(cut(Buffer.alloc(1024, 'words '), []))).rejects.toThrow(TarFault);
  const damaged = Buffer.from(whole);
  damaged[3] = 0x41;
  await expect(read(cut(damaged, []))).rejects.toThrow('damaged');
});

test('tar(1) unpacks what we wrote, and we read what it packs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-tar-'));
  try {
    const path = `mailboxes/${'long-'.repeat(30)}/山.eml`;
    writeFileSync(join(folder, 'ours.tar'), write([{ path, records: { 'POSTHORN.flags': '\\Seen' }, octets: Buffer.from('Subject: x\r\n\r\n') }]));
    execFileSync('tar', ['-xf', 'ours.tar'], { cwd: folder, stdio: 'ignore' });
    expect(readFileSync(join(folder, path), 'latin1')).toBe('Subject: x\r\n\r\n');
    execFileSync('tar', ['--format=posix', '-cf', 'theirs.tar', path], { cwd: folder });
    expect(await read(cut(readFileSync(join(folder, 'theirs.tar')), []))).toEqual([{ path, records: {}, octets: Buffer.from('Subject: x\r\n\r\n') }]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

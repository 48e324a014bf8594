/**
 * Books of every released version, as the program of that version wrote them, and what they hold.
 *
 * `scripts/keep-books.ts` adds those of the present version when one is released.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Inventory } from './inventory.ts';

const FOLDER = fileURLToPath(new URL('../released', import.meta.url));
const ENDING = '.json.zst';
const LEVEL = 19;

interface Kept {
  readonly inventory: Inventory;
  /** Base64, by path in the data folder. */
  readonly files: Readonly<Record<string, string>>;
}

/** The versions that were released, ascending. */
export function releasedVersions(): readonly number[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith(ENDING)).map((name) => Number(name.slice('version-'.length, -ENDING.length))).toSorted((a, b) => a - b);
}

/** Keeps a closed data folder for the tests of later versions. */
export function keepReleased(version: number, folder: string, inventory: Inventory): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile() && !name.startsWith('store.lock'));
  const kept: Kept = { inventory, files: Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name)).toString('base64')])) };
  const file = join(FOLDER, `version-${version}${ENDING}`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, zstdCompressSync(Buffer.from(JSON.stringify(kept)), { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }));
  return file;
}

/** Lays books of that version into a folder; answers what they held when they were written. */
export function layReleased(version: number, folder: string): Inventory {
  const kept: Kept = JSON.parse(zstdDecompressSync(readFileSync(join(FOLDER, `version-${version}${ENDING}`))).toString());
  for (const [name, octets] of Object.entries(kept.files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), Buffer.from(octets, 'base64'));
  }
  return kept.inventory;
}

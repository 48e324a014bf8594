/**
 * A copy of the few pages that say which tables there are: without them SQLite opens nothing,
 * however well the letters are. They change only when tables do, so the copy is made at opening.
 *
 * A file of JSON beside the books. https://sqlite.org/fileformat.html §1.3 (header)
 */
import { hash } from 'node:crypto';
import { closeSync, copyFileSync, fstatSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { BOOKS_FILE, openForWriting, PAGE_OCTETS } from '../database.ts';

const FILE = 'books.schema';
/** Of the header: change counter, size and free pages; and for which change that holds. They change with every commit. */
const VOLATILE: readonly (readonly [start: number, end: number])[] = [[24, 40], [92, 100]];
const SIZE_AT = 28;
const FREE_AT = 32;
const FREE_END = 40;

/** Counts changes of the tables. */
const COOKIE_AT = 40;

interface Kept {
  /** Base64, by page number, from 1. */
  readonly pages: Readonly<Record<string, string>>;
  /** Of the pages' JSON: the copy may be damaged itself. */
  readonly sha256: string;
}

/** After the tables were made or changed, when nothing is in the WAL. */
export function keepSchemaPages(db: Database, folder: string): void {
  // What is there is not replaced by pages that are damaged themselves.
  if (!haveTablesChanged(db, folder)) return;
  const numbers = db.prepare<[], number>(`SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'`).pluck().all();
  const handle = openSync(join(folder, BOOKS_FILE), 'r');
  const pages = Object.fromEntries(numbers.map((number) => [number, page(handle, number).toString('base64')]));
  closeSync(handle);
  const text = JSON.stringify({ pages, sha256: hash('sha256', JSON.stringify(pages)) } satisfies Kept);
  writeFileSync(join(folder, `${FILE}.new`), text, { mode: 0o600 });
  renameSync(join(folder, `${FILE}.new`), join(folder, FILE));
}

function haveTablesChanged(db: Database, folder: string): boolean {
  const kept = Buffer.from(readKept(folder)?.pages['1'] ?? '', 'base64');
  return kept.length < PAGE_OCTETS || kept.readUInt32BE(COOKIE_AT) !== Number(db.pragma('schema_version', { simple: true }));
}

/** Opens books whose table of tables is damaged: a copy of them, with the pages that were kept. Undefined if that does not help. */
export function openWithKeptPages(folder: string): Database | undefined {
  const copy = join(folder, `${BOOKS_FILE}.patched`);
  try {
    const kept = readKept(folder);
    if (kept === undefined) return undefined;
    copyFileSync(join(folder, BOOKS_FILE), copy);
    return lay(copy, kept, false) ?? lay(copy, kept, true);
  } catch {
    return undefined;
  }
}

/** Whether the pages are others than those that were kept, and not because tables were changed since. */
export function areSchemaPagesOthers(folder: string): boolean {
  const kept = readKept(folder);
  if (kept === undefined) return false;
  const handle = openSync(join(folder, BOOKS_FILE), 'r');
  try {
    const isSame = Object.entries(kept.pages).every(([number, octets]) => {
      const whole = Buffer.from(octets, 'base64');
      const now = page(handle, Number(number));
      if (number === '1') restoreHeader(whole, { now, pages: 0, isCounted: false });
      return whole.equals(now);
    });
    const cookie = Buffer.from(kept.pages['1'] ?? '', 'base64').readUInt32BE(COOKIE_AT);
    return !isSame && page(handle, 1).readUInt32BE(COOKIE_AT) === cookie;
  } finally {
    closeSync(handle);
  }
}

/** Undefined if there is no copy, or it is damaged. */
function readKept(folder: string): Kept | undefined {
  try {
    const kept: Kept = JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
    return kept.sha256 === hash('sha256', JSON.stringify(kept.pages)) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** `isCounted`: the header's counts are taken from the file's size, since they are damaged themselves. */
function lay(copy: string, { pages }: Kept, isCounted: boolean): Database | undefined {
  const handle = openSync(copy, 'r+');
  for (const [number, octets] of Object.entries(pages)) {
    const whole = Buffer.from(octets, 'base64');
    if (number === '1') restoreHeader(whole, { now: page(handle, 1), pages: fstatSync(handle).size / PAGE_OCTETS, isCounted });
    writeSync(handle, whole, 0, whole.length, (Number(number) - 1) * PAGE_OCTETS);
  }
  closeSync(handle);
  const db = new Sqlite(copy);
  if (areTablesKnown(db)) return db;
  db.close();
  return undefined;
}

function restoreHeader(whole: Buffer, { now, pages, isCounted }: { readonly now: Buffer; readonly pages: number; readonly isCounted: boolean }): void {
  for (const [start, end] of VOLATILE) now.copy(whole, start, start, end);
  if (!isCounted) return;
  whole.writeUInt32BE(pages, SIZE_AT);
  whole.fill(0, FREE_AT, FREE_END);
}

function page(handle: number, number: number): Buffer {
  const octets = Buffer.alloc(PAGE_OCTETS);
  readSync(handle, octets, 0, PAGE_OCTETS, (number - 1) * PAGE_OCTETS);
  return octets;
}

/** The tables, by their definitions, are those that this program makes. */
export function areTablesKnown(db: Database): boolean {
  const fresh = openForWriting(':memory:');
  try {
    const definitions = (of: Database): string => JSON.stringify(of.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all());
    return definitions(db) === definitions(fresh);
  } catch {
    return false;
  } finally {
    fresh.close();
  }
}

/** Whether SQLite finds nothing wrong. */
export function isSound(db: Database): boolean {
  try {
    return db.pragma('integrity_check(1)', { simple: true }) === 'ok';
  } catch {
    return false;
  }
}

/** When the books beside it were made anew. */
export function forgetSchemaPages(folder: string): void {
  rmSync(join(folder, FILE), { force: true });
}

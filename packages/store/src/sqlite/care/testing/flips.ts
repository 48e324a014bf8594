/**
 * Books on a disk that forgets one bit: what that damages, what is found of it, what is saved.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import type { Damage, Examination } from '../../../care.ts';
import { BOOKS_FILE, openForWriting } from '../../database.ts';
import { layReleased } from '../../testing/released.ts';
import { ContentJudge } from '../content-judge.ts';
import { examine } from '../examine.ts';
import { mend } from '../mend.ts';
import { openForCare } from '../open-for-care.ts';
import { keepSchemaPages } from '../schema-pages.ts';

const AT = Date.UTC(2026, 10, 24);
const silent = (): void => {};

/** What one flipped bit did. */
export interface Flip {
  readonly file: string;
  readonly bit: number;
  /** Letters that are not what they were, or cannot be read; undefined if the books cannot be opened at all. */
  readonly damaged: readonly string[] | undefined;
  /** Letters that the examination names. */
  readonly found: readonly string[];
  readonly examination: Examination;
  /** Letters that mending did not bring over. */
  readonly lost: readonly string[];
  /** Of those that it did, the ones that are not what they were. */
  readonly wrong: readonly string[];
  /** What is still found in the mended books. */
  readonly left: readonly Damage[];
}

/** Healthy books of this version, to be flipped again and again. */
export class FlipBench implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'posthorn-flips-'));
  readonly healthy = join(this.folder, 'healthy');
  /** What each letter is, by its place. */
  readonly letters: ReadonlyMap<string, string>;
  /** Files that a bit may be flipped in, with their sizes. */
  readonly files: readonly { readonly name: string; readonly octets: number }[];

  constructor() {
    layReleased(1, this.healthy);
    openForWriting(join(this.healthy, BOOKS_FILE)).close();
    const db = new Sqlite(join(this.healthy, BOOKS_FILE));
    keepSchemaPages(db, this.healthy);
    this.letters = digests(db, this.healthy);
    db.close();
    this.files = [BOOKS_FILE, ...readdirSync(join(this.healthy, 'contents')).map((name) => join('contents', name))]
      .map((name) => ({ name, octets: statSync(join(this.healthy, name)).size }));
  }

  /** In the middle of a table's definition. */
  get schemaBit(): number {
    return 8 * readFileSync(join(this.healthy, BOOKS_FILE)).lastIndexOf('CREATE TABLE filling');
  }

  examineHealthy(): Examination {
    const { db } = openForCare(this.healthy);
    const examination = examine({ db, folder: this.healthy, tell: silent });
    db.close();
    return examination;
  }

  flip(file: string, bit: number): Flip {
    const folder = join(this.folder, 'flipped');
    rmSync(folder, { recursive: true, force: true });
    cpSync(this.healthy, folder, { recursive: true });
    const octets = readFileSync(join(folder, file));
    const at = Math.floor(bit / 8);
    octets[at] = (octets[at] ?? 0) ^ (1 << (bit % 8));
    writeFileSync(join(folder, file), octets);
    const { db, why } = openForCare(folder);
    // What can only be opened with kept pages, the server cannot open.
    const damaged = why === undefined ? this.#differing(db, folder) : undefined;
    const examination = examine({ db, folder, tell: silent, ...(why === undefined ? {} : { why }) });
    const found = examination.damages.filter(({ what }) => what === 'message').map(({ account, mailbox, uid }) => `${account}/${mailbox}/${uid}`);
    if (examination.damages.length === 0) {
      db.close();
      return { file, bit, damaged, found, examination, lost: [], wrong: [], left: [] };
    }
    mend({ folder, old: db, examination, at: AT, tell: silent });
    const mended = new Sqlite(join(folder, BOOKS_FILE));
    const kept = digests(mended, folder);
    const left = examine({ db: mended, folder, tell: silent }).damages;
    mended.close();
    return {
      file, bit, damaged, found, examination, left,
      lost: [...this.letters.keys()].filter((place) => !kept.has(place)),
      wrong: [...kept].filter(([place, digest]) => this.letters.has(place) && this.letters.get(place) !== digest).map(([place]) => place),
    };
  }

  #differing(db: Database, folder: string): readonly string[] | undefined {
    try {
      const now = digests(db, folder, [...this.letters.keys()]);
      return [...this.letters].filter(([place, digest]) => now.get(place) !== digest).map(([place]) => place);
    } catch {
      return undefined;
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Each letter as its reader gets it, with flags and dates: read by its place, as the server does. Names come from `places`, or from the books. */
function digests(db: Database, folder: string, places?: readonly string[]): ReadonlyMap<string, string> {
  const judge = new ContentJudge(db, folder);
  const whole = db.prepare<unknown[], Record<string, unknown>>(`
    SELECT m.uid, m.modseq, m.flags, m.keywords, m.octets, m.internal_date, m.saved_at, m.content AS id,
      substr(c.prefixes, m.prefix_start + 1, m.prefix_end - m.prefix_start) AS prefix, c.letter, c.cuts, c.size, c.summary
    FROM message m JOIN content c ON c.id = m.content WHERE m.account = ? AND m.mailbox = ? AND m.uid = ?`);
  const found = new Map<string, string>();
  for (const { place, key } of placesOf(db, places)) {
    try {
      const row = whole.get(...key);
      if (row === undefined) continue;
      const hash = createHash('sha256');
      // The modseq of a letter may rise; what its reader sees may not change.
      for (const [name, value] of Object.entries(row)) if (name !== 'id') hash.update(Buffer.isBuffer(value) ? value : `${name} ${String(value)};`);
      let octets = 0;
      for (const piece of judge.salvage(Number(row['id']))) {
        hash.update(piece);
        octets += piece.length;
      }
      if (octets === row['size']) found.set(place, hash.digest('hex'));
    } catch {
      // It cannot be read.
    }
  }
  return found;
}

/** Accounts and mailboxes of the fixture keep their numbers; a place is told by name. */
let numbers: readonly { readonly place: string; readonly key: readonly number[] }[] = [];

function placesOf(db: Database, places: readonly string[] | undefined): typeof numbers {
  if (places !== undefined) return numbers;
  const rows = db.prepare<[], { account: number; mailbox: number; uid: number; address: string; name: string }>(`
    SELECT m.account, m.mailbox, m.uid, a.address, b.name FROM message m
    JOIN account a ON a.id = m.account JOIN mailbox b ON b.account = m.account AND b.id = m.mailbox`).all();
  const found = rows.map(({ account, mailbox, uid, address, name }) => ({ place: `${address}/${name}/${uid}`, key: [account, mailbox, uid] }));
  if (numbers.length === 0) numbers = found;
  return found;
}

/** Bits drawn evenly over all the files; the same for the same seed. */
export function randomFlips(bench: FlipBench, { seed, count }: { readonly seed: number; readonly count: number }): readonly Flip[] {
  const random = seededRandom(seed);
  const total = bench.files.reduce((sum, { octets }) => sum + octets, 0);
  return Array.from({ length: count }, () => {
    let bit = Math.floor(random.fraction() * total * 8);
    for (const { name, octets } of bench.files) {
      if (bit < octets * 8) return bench.flip(name, bit);
      bit -= octets * 8;
    }
    throw new Error('a bit lies in a file');
  });
}

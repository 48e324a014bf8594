/**
 * Backs the books up while they are in use, and proves that what it wrote can be read.
 *
 * The books are copied as of one moment, which is short, since letters' octets are not among
 * them; those follow, in the order in which they came, in small steps that hold nothing up.
 * Whoever calls sees to it that no content is swept away meanwhile.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { type BackupReport, CareRefused, type Tell } from '../../care.ts';
import { BOOKS_FILE } from '../database.ts';
import { pathOnShelf } from '../folder-shelf.ts';
import { lockFolder } from '../lock.ts';
import { assertFitForBackup, BACKUP_BOOKS, BACKUP_CONTENTS, BACKUP_LETTERS, syncPath, writeAbout } from './backup-folder.ts';
import { copyBooks } from './book-copier.ts';
import { ContentJudge } from './content-judge.ts';

export interface BackupOptions {
  /** The data folder. */
  readonly folder: string;
  /** Where the backup goes; made if it is not there. */
  readonly to: string;
  readonly at: number;
  readonly tell: Tell;
}

const LETTERS_PER_STEP = 100;
/** Octets are kept in `letters.db` under the number and the id of their letter: a number alone may be given again after a restore. */
export const LETTERS_JOIN = 'LEFT JOIN letters.content AS kept ON kept.id = content.id AND kept.letter = content.letter';

/** Throws `CareRefused` if the folder is not fit for it, or what was written is not what was read. */
export function backUp({ folder, to, at, tell }: BackupOptions): BackupReport {
  mkdirSync(join(to, BACKUP_CONTENTS), { recursive: true, mode: 0o700 });
  assertFitForBackup(to);
  const lock = lockFolder(to);
  const fresh = join(to, `${BACKUP_BOOKS}.new`);
  try {
    rmSync(fresh, { force: true });
    const db = new Sqlite(fresh);
    try {
      const report = new Backup(db, { folder, to, at, tell }).run();
      db.close();
      syncPath(fresh);
      renameSync(fresh, join(to, BACKUP_BOOKS));
      syncPath(to);
      writeAbout(to, { format: 'posthorn-backup-1', ...report });
      return report;
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

interface Waiting {
  readonly id: number;
  readonly size: number;
  readonly file: string | null;
}

class Backup {
  readonly #db: Database;
  readonly #options: BackupOptions;

  constructor(db: Database, options: BackupOptions) {
    this.#db = db;
    this.#options = options;
    // Nobody opens it before it is whole and synced.
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    db.prepare('ATTACH ? AS source').run(join(options.folder, BOOKS_FILE));
    db.prepare('ATTACH ? AS letters').run(join(options.to, BACKUP_LETTERS));
    db.pragma('letters.synchronous = FULL');
    db.exec('CREATE TABLE IF NOT EXISTS letters.content (id INTEGER PRIMARY KEY, letter TEXT NOT NULL, encoding TEXT NOT NULL, octets BLOB NOT NULL) STRICT');
  }

  run(): BackupReport & { readonly version: number } {
    const db = this.#db;
    const { tell, at } = this.#options;
    db.transaction(() => copyBooks({ db, columns: { octets: 'NULL' }, join: '', tell }))();
    const waiting = this.#waiting();
    const newOctets = this.#copyLetters(waiting);
    this.#prove(waiting);
    this.#forgetOld();
    db.exec('DETACH source');
    const sum = (sql: string): number => Number(db.prepare(`SELECT ${sql}`).pluck().get());
    return {
      at,
      version: Number(db.pragma('main.user_version', { simple: true })),
      accounts: sum('count(*) FROM account'),
      messages: sum('count(*) FROM message'),
      spooled: sum('count(*) FROM spool'),
      contents: sum('count(*) FROM main.content'),
      octets: sum('coalesce(sum(size), 0) FROM main.content'),
      newContents: waiting.length,
      newOctets,
    };
  }

  /** Contents that the folder does not have yet, ascending. */
  #waiting(): readonly Waiting[] {
    const rows = this.#db.prepare<[], Waiting & { readonly isThere: number }>(`
      SELECT content.id, content.size, content.file, kept.id IS NOT NULL AS isThere FROM main.content AS content ${LETTERS_JOIN} ORDER BY content.id`).all();
    return rows.filter(({ file, isThere }) => (file === null ? isThere === 0 : !isCopied(this.#source(file), this.#target(file))));
  }

  #copyLetters(waiting: readonly Waiting[]): number {
    const copy = this.#db.prepare<[id: number]>(`
      INSERT OR REPLACE INTO letters.content (id, letter, encoding, octets) SELECT id, letter, encoding, octets FROM source.content WHERE id = ? AND octets IS NOT NULL`);
    const total = waiting.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    for (let at = 0; at < waiting.length; at += LETTERS_PER_STEP) {
      const step = waiting.slice(at, at + LETTERS_PER_STEP);
      for (const { file } of step) if (file !== null) this.#copyFile(file);
      this.#db.transaction(() => {
        for (const { id, file } of step) if (file === null) copy.run(id);
      })();
      done += step.reduce((sum, { size }) => sum + size, 0);
      this.#options.tell({ task: 'copying letters', done, total, unit: 'octets' });
    }
    syncPath(join(this.#options.to, BACKUP_CONTENTS));
    return done;
  }

  #copyFile(file: string): void {
    const target = this.#target(file);
    copyFileSync(this.#source(file), `${target}.new`);
    syncPath(`${target}.new`);
    renameSync(`${target}.new`, target);
  }

  /** Reads what was just written, to its last octet, and whether SQLite finds the new books whole. */
  #prove(waiting: readonly Waiting[]): void {
    const judge = new ContentJudge(this.#db, this.#options.to, { table: 'kept', join: LETTERS_JOIN });
    const damaged: number[] = [];
    for (const [at, { id }] of waiting.entries()) {
      if (judge.judge(id).kind !== 'intact') damaged.push(id);
      if (at % LETTERS_PER_STEP === 0) this.#options.tell({ task: 'reading letters', done: at, total: waiting.length, unit: 'letters' });
    }
    // They are copied again next time.
    for (const id of damaged) this.#forget(id);
    if (damaged.length > 0) throw new CareRefused(`${damaged.length} letters could not be backed up as they were received; posthorn store verify says which`);
    const said = String(this.#db.pragma('main.integrity_check(1)', { simple: true }));
    if (said !== 'ok') throw new CareRefused(`the books could not be backed up whole: ${said}`);
  }

  #forget(id: number): void {
    const file = this.#db.prepare<[number], string | null>('SELECT file FROM main.content WHERE id = ?').pluck().get(id);
    if (typeof file === 'string') rmSync(this.#target(file), { force: true });
    this.#db.prepare('DELETE FROM letters.content WHERE id = ?').run(id);
  }

  /** What the books do not have any more. */
  #forgetOld(): void {
    this.#db.exec('DELETE FROM letters.content WHERE id NOT IN (SELECT id FROM main.content)');
    const files = new Set(this.#db.prepare<[], string>('SELECT file FROM main.content WHERE file IS NOT NULL').pluck().all());
    for (const name of readdirSync(join(this.#options.to, BACKUP_CONTENTS))) if (!files.has(name)) rmSync(this.#target(name), { force: true });
  }

  #source(file: string): string {
    return pathOnShelf(this.#options.folder, file);
  }

  #target(file: string): string {
    return join(this.#options.to, BACKUP_CONTENTS, file);
  }
}

function isCopied(source: string, target: string): boolean {
  return existsSync(target) && statSync(target).size === statSync(source, { throwIfNoEntry: false })?.size;
}

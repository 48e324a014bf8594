/**
 * The search index: a file of its own beside the books, made of them and made anew at need.
 *
 * Which contents hold which grams, in an FTS5 table without positions or texts; whatever it
 * finds is a candidate, to be looked at. It covers the contents up to a number, `covered`; those
 * it could not take in are loose. https://sqlite.org/fts5.html §4.4.4 (contentless-delete)
 */
import Sqlite, { type Database, SqliteError, type Statement, type Transaction } from 'better-sqlite3';

/** In the data folder. */
export const INDEX_FILE = 'search.db';

export const MEMORY = ':memory:';
/** 'PSTS': says that the file is ours. */
const APPLICATION_ID = 0x50_53_54_53;
/** Of what is kept and how grams are made: an index of another version is made anew. */
const VERSION = 2;
/** How long to wait for the other thread. */
const BUSY_MS_MAX = 10_000;
const CACHE_KIB = 16 * 1024;
/** Of what was taken in last, to know the books again by. */
const WITNESSES_KEPT = 64;

const TABLES = `
  -- covered: the number of the last content taken in.
  CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), covered INTEGER NOT NULL) STRICT;
  INSERT INTO state VALUES (1, 0);
  -- Covered, but not in the table below.
  CREATE TABLE loose (content INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE witness (content INTEGER PRIMARY KEY, letter TEXT NOT NULL) STRICT;
  CREATE VIRTUAL TABLE letter USING fts5(grams, content='', contentless_delete=1, detail=none, tokenize='ascii');
`;

/** The file cannot be read, or is no index of ours. */
export class IndexBroken extends Error {
  override readonly name = 'IndexBroken';
}

/** A content for the index. */
export interface Entry {
  readonly content: number;
  /** Undefined: not to be found by grams, but looked at. Null: nobody has it, nothing to find. */
  readonly tokens: readonly string[] | undefined | null;
}

/** What of the books an index is compared with. */
export interface Books {
  /** No content has a higher number. */
  readonly lastNumber: number;
  /** Whose content it is; undefined if it is gone. */
  letterOf(content: number): string | undefined;
}

export class SearchIndex {
  readonly #db: Database;
  readonly #covered: Statement<[], number>;
  readonly #candidates: Statement<[match: string, after: number, upTo: number, limit: number], number>;
  readonly #loose: Statement<[], number>;
  readonly #witnesses: Statement<[], { content: number; letter: string }>;

  /** Throws `IndexBroken`. */
  constructor(db: Database) {
    this.#db = db;
    [this.#covered, this.#candidates, this.#loose, this.#witnesses] = asBroken(() => {
      const isOurs = db.pragma('application_id', { simple: true }) === APPLICATION_ID && db.pragma('user_version', { simple: true }) === VERSION;
      if (!isOurs) throw new IndexBroken('the search index is of another version');
      return [
        db.prepare<[], number>('SELECT covered FROM state').pluck(),
        db.prepare<[string, number, number, number], number>(
          'SELECT rowid FROM letter WHERE letter MATCH ? AND rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?',
        ).pluck(),
        db.prepare<[], number>('SELECT content FROM loose').pluck(),
        db.prepare<[], { content: number; letter: string }>('SELECT content, letter FROM witness'),
      ];
    });
  }

  /** The number of the last content that was taken in. */
  get covered(): number {
    const covered = asBroken(() => this.#covered.get());
    if (covered === undefined) throw new IndexBroken('the index does not know how far it reaches');
    return covered;
  }

  /** Contents that may hold it, ascending. */
  candidates(match: string, { after, upTo, limit }: { readonly after: number; readonly upTo: number; readonly limit: number }): readonly number[] {
    return asBroken(() => this.#candidates.all(match, after, upTo, limit));
  }

  loose(): readonly number[] {
    return asBroken(() => this.#loose.all());
  }

  /** Whether it was made of these books, and not of others or of a later state of them. */
  isOf(books: Books): boolean {
    return this.covered <= books.lastNumber
      && asBroken(() => this.#witnesses.all()).every(({ content, letter }) => (books.letterOf(content) ?? letter) === letter);
  }

  close(): void {
    this.#db.close();
  }
}

export class IndexWriter {
  readonly #insert: Statement<[content: number, grams: string]>;
  readonly #delete: Statement<[content: number]>;
  readonly #loosen: Statement<[content: number]>;
  readonly #tie: Statement<[content: number]>;
  readonly #cover: Statement<[covered: number]>;
  readonly #witness: Statement<[content: number, letter: string]>;
  readonly #forgetWitnesses: Statement<[]>;
  readonly #add: Transaction<(entries: readonly Entry[], last: { readonly content: number; readonly letter: string }) => void>;
  readonly #renew: Transaction<(entries: readonly Entry[]) => void>;

  constructor(db: Database) {
    this.#insert = db.prepare('INSERT INTO letter (rowid, grams) VALUES (?, ?)');
    this.#delete = db.prepare('DELETE FROM letter WHERE rowid = ?');
    this.#loosen = db.prepare('INSERT OR IGNORE INTO loose (content) VALUES (?)');
    this.#tie = db.prepare('DELETE FROM loose WHERE content = ?');
    this.#cover = db.prepare('UPDATE state SET covered = ?');
    this.#witness = db.prepare('INSERT OR REPLACE INTO witness (content, letter) VALUES (?, ?)');
    this.#forgetWitnesses = db.prepare(`
      DELETE FROM witness WHERE content NOT IN (SELECT content FROM witness ORDER BY content DESC LIMIT ${WITNESSES_KEPT})`);
    this.#add = db.transaction((entries, last) => {
      for (const entry of entries) this.#put(entry);
      this.#witness.run(last.content, last.letter);
      this.#forgetWitnesses.run();
      this.#cover.run(last.content);
    });
    this.#renew = db.transaction((entries) => {
      for (const entry of entries) {
        this.#delete.run(entry.content);
        this.#tie.run(entry.content);
        this.#put(entry);
      }
    });
  }

  /** Takes in the contents up to `last`, which begin behind what was covered. */
  add(entries: readonly Entry[], last: { readonly content: number; readonly letter: string }): void {
    asBroken(() => this.#add.immediate(entries, last));
  }

  /** Replaces what it knows of these. */
  renew(entries: readonly Entry[]): void {
    asBroken(() => this.#renew.immediate(entries));
  }

  #put({ content, tokens }: Entry): void {
    if (tokens === undefined) this.#loosen.run(content);
    else if (tokens !== null) this.#insert.run(content, tokens.join(' '));
  }
}

/** Undefined: there is none, or it is just being made. Throws `IndexBroken`. */
export function openIndexForReading(file: string): SearchIndex | undefined {
  const db = orNone(() => new Sqlite(file, { readonly: true, fileMustExist: true, timeout: BUSY_MS_MAX }));
  if (db === undefined) return undefined;
  return orClose(db, () => {
    const isMade = asBroken(() => {
      db.pragma(`cache_size = -${CACHE_KIB}`);
      return db.pragma('application_id', { simple: true }) !== 0;
    });
    if (isMade) return new SearchIndex(db);
    db.close();
    return undefined;
  });
}

/** Undefined: there is no such file. */
function orNone(open: () => Database): Database | undefined {
  try {
    return open();
  } catch (cause) {
    if (cause instanceof SqliteError && cause.code === 'SQLITE_CANTOPEN') return undefined;
    throw cause;
  }
}

/** Makes one if there is none. Throws `IndexBroken`. */
export function openIndexForWriting(file: string): { readonly index: SearchIndex; readonly writer: IndexWriter } {
  const db = asBroken(() => new Sqlite(file, { timeout: BUSY_MS_MAX }));
  return orClose(db, () => {
    asBroken(() => prepare(db, file));
    return { index: new SearchIndex(db), writer: new IndexWriter(db) };
  });
}

function prepare(db: Database, file: string): void {
  if (file !== MEMORY) {
    db.pragma('journal_mode = WAL');
    // After a loss of power it is older than it was, and knows how far it reaches.
    db.pragma('synchronous = NORMAL');
  }
  db.pragma(`cache_size = -${CACHE_KIB}`);
  if (db.pragma('application_id', { simple: true }) !== 0) return;
  db.transaction(() => {
    db.exec(TABLES);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${VERSION}`);
  }).immediate();
}

function orClose<T>(db: Database, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    db.close();
    throw cause;
  }
}

/** What says that the file itself is wrong; a full disk does not. */
const BROKEN = /^SQLITE_(CORRUPT|NOTADB|CANTOPEN|ERROR|FORMAT)/;

function asBroken<T>(act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof SqliteError && BROKEN.test(cause.code)) throw new IndexBroken(`the search index is broken: ${cause.message}`, { cause });
    throw cause;
  }
}

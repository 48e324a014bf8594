/**
 * What can wait: sweeping away what nothing uses any more, in small steps.
 *
 * Each step is a transaction of its own, short enough that a letter does not notice it.
 * Files go after the commit that forgot them; one left over by a crash in between is found
 * when the store is opened again.
 */
import type { Database, Statement } from 'better-sqlite3';
import { type KeyedNote, keysOf } from '../note-keys.ts';
import type { Retention } from '../../retention.ts';
import type { ContentTable } from './contents.ts';
import type { GoneTable } from './gone.ts';
import { Packing } from './packing.ts';

const MESSAGES_PER_STEP = 250;
const CONTENTS_PER_STEP = 100;
const FILES_PER_STEP = 250;
const NOTES_PER_STEP = 250;
/** Somebody may still be reading what was expunged: the octets stay so long at least. */
const READING_MS = 10 * 60_000;
/** Numbers between the newest note and the newest with keys; a lookup reads what lies between. */
const KEYLESS_MAX = 20_000;
/** Unused pages that stay in the file: letters that come soon take them. */
const FREE_PAGES_KEPT = 4096;
/** And a quarter of the file, so that one that breathes is not cut and grown all the time. */
const FREE_SHARE_KEPT = 0.25;
const PAGES_PER_STEP = 128;
/** As `PRAGMA auto_vacuum` answers it. */
const INCREMENTAL = 2;

export interface HousekeepingOptions {
  /** Removes a file from the shelf; one that is not there is fine. */
  readonly removeFile: (name: string) => void;
  /** What lies on the shelf at the start; what of it no content knows was never accepted. */
  readonly shelved: readonly string[];
  readonly retention: Retention;
  /** Whether contents in the table are made smaller. */
  readonly isPacking: boolean;
}

interface NoteRow extends KeyedNote {
  readonly id: number;
  readonly at: number;
}

export interface HousekeepingParts {
  readonly contents: ContentTable;
  readonly gone: GoneTable;
}

export class Housekeeping {
  readonly #db: Database;
  readonly #contents: ContentTable;
  readonly #gone: GoneTable;
  readonly #options: HousekeepingOptions;
  readonly #doomed: Statement<[], { account: number; mailbox: number }>;
  readonly #messages: Statement<[account: number, mailbox: number, limit: number], { uid: number; content: number }>;
  readonly #deleteMessage: Statement<[account: number, mailbox: number, uid: number]>;
  readonly #deleteVanished: Statement<[account: number, mailbox: number]>;
  readonly #undoom: Statement<[account: number, mailbox: number]>;
  readonly #oldMailbox: Statement<[before: number], { account: number; id: number }>;
  readonly #forgetMailbox: Statement<[account: number, id: number]>;
  readonly #doom: Statement<[account: number, id: number]>;
  readonly #unused: Statement<[limit: number], { id: number; file: string | null }>;
  readonly #deleteContent: Statement<[id: number]>;
  readonly #deleteUnused: Statement<[id: number]>;
  readonly #unindex: Statement<[id: number]>;
  readonly #oldNotes: Statement<[limit: number], NoteRow>;
  readonly #keyless: Statement<[after: number, limit: number], NoteRow>;
  readonly #addKey: Statement<[key: string, id: number]>;
  readonly #deleteKey: Statement<[key: string, id: number]>;
  readonly #keyed: Statement<[], { last: number }>;
  readonly #setKeyed: Statement<[last: number]>;
  readonly #lastNote: Statement<[], { id: number | null }>;
  readonly #deleteNote: Statement<[id: number]>;
  readonly #oldEntries: Statement<[limit: number], { id: number; at: number }>;
  readonly #deleteEntry: Statement<[id: number]>;
  readonly #isKnown: Statement<[file: string], { id: number }>;
  readonly #packing: Packing | undefined;
  /** Still to be looked at. */
  readonly #shelved: string[];
  /** Backups for which contents stay. */
  readonly #holds = new Set<number>();
  readonly #transact: (steps: () => boolean) => boolean;

  constructor(db: Database, { contents, gone }: HousekeepingParts, options: HousekeepingOptions) {
    this.#db = db;
    this.#contents = contents;
    this.#gone = gone;
    this.#options = options;
    this.#doomed = db.prepare('SELECT account, mailbox FROM doomed LIMIT 1');
    this.#messages = db.prepare('SELECT uid, content FROM message WHERE account = ? AND mailbox = ? LIMIT ?');
    this.#deleteMessage = db.prepare('DELETE FROM message WHERE account = ? AND mailbox = ? AND uid = ?');
    this.#deleteVanished = db.prepare('DELETE FROM vanished WHERE account = ? AND mailbox = ?');
    this.#undoom = db.prepare('DELETE FROM doomed WHERE account = ? AND mailbox = ?');
    this.#oldMailbox = db.prepare('SELECT account, id FROM removed_mailbox WHERE removed_at < ? LIMIT 1');
    this.#forgetMailbox = db.prepare('DELETE FROM removed_mailbox WHERE account = ? AND id = ?');
    this.#doom = db.prepare('INSERT INTO doomed (account, mailbox) VALUES (?, ?)');
    this.#unused = db.prepare('SELECT u.content AS id, c.file FROM unused u LEFT JOIN content c ON c.id = u.content LIMIT ?');
    this.#deleteContent = db.prepare('DELETE FROM content WHERE id = ?');
    this.#deleteUnused = db.prepare('DELETE FROM unused WHERE content = ?');
    this.#unindex = db.prepare('INSERT INTO search_due (content) VALUES (?)');
    const note = 'SELECT id, at, letter, message_id AS messageId, sender, recipients FROM note';
    this.#oldNotes = db.prepare(`${note} ORDER BY id LIMIT ?`);
    this.#keyless = db.prepare(`${note} WHERE id > ? ORDER BY id LIMIT ?`);
    this.#addKey = db.prepare('INSERT OR IGNORE INTO note_key (key, note) VALUES (?, ?)');
    this.#deleteKey = db.prepare('DELETE FROM note_key WHERE key = ? AND note = ?');
    this.#keyed = db.prepare(`SELECT last FROM sequence WHERE name = 'note-keys'`);
    this.#setKeyed = db.prepare(`
      INSERT INTO sequence (name, last) VALUES ('note-keys', ?) ON CONFLICT DO UPDATE SET last = excluded.last`);
    this.#lastNote = db.prepare('SELECT max(id) AS id FROM note');
    this.#deleteNote = db.prepare('DELETE FROM note WHERE id = ?');
    this.#oldEntries = db.prepare('SELECT id, at FROM ledger ORDER BY id LIMIT ?');
    this.#deleteEntry = db.prepare('DELETE FROM ledger WHERE id = ?');
    this.#isKnown = db.prepare('SELECT id FROM content WHERE file = ?');
    this.#packing = options.isPacking ? new Packing(db) : undefined;
    this.#shelved = [...options.shelved];
    const transaction = db.transaction((steps: () => boolean) => steps());
    this.#transact = (steps) => transaction.immediate(steps);
  }

  /** One step. False when nothing is left to do. */
  step(now: number): boolean {
    const files: string[] = [];
    const { ledgerMs, undeleteMs } = this.#options.retention;
    const hasMore = this.#transact(() => this.#writeKeys() || this.#sweepMailbox() || this.#sweepContents(files)
      || this.#sweepShelf(files) || this.#sweepGone(now - Math.max(undeleteMs, READING_MS)) || this.#sweepLedger(now - ledgerMs)
        || (this.#packing?.step() ?? false) || this.#giveBack());
    for (const file of files) this.#options.removeFile(file);
    return hasMore;
  }

  /** Whether so many notes have no keys that looking for one takes long. */
  get isBehind(): boolean {
    return (this.#lastNote.get()?.id ?? 0) - (this.#keyed.get()?.last ?? 0) > KEYLESS_MAX;
  }

  /** Sorted, so that what is side by side in the table is written side by side. */
  #writeKeys(): boolean {
    const notes = this.#keyless.all(this.#keyed.get()?.last ?? 0, NOTES_PER_STEP);
    const last = notes.at(-1);
    if (last === undefined) return false;
    const keys = notes.flatMap((note) => keysOf(note).map((key) => ({ key, id: note.id })));
    for (const { key, id } of keys.toSorted((a, b) => (a.key < b.key ? -1 : 1))) this.#addKey.run(key, id);
    this.#setKeyed.run(last.id);
    return true;
  }

  #sweepMailbox(): boolean {
    const doomed = this.#doomed.get();
    if (doomed === undefined) return false;
    const { account, mailbox } = doomed;
    const messages = this.#messages.all(account, mailbox, MESSAGES_PER_STEP);
    for (const { uid, content } of messages) {
      this.#deleteMessage.run(account, mailbox, uid);
      this.#contents.release(content);
    }
    const gone = messages.length < MESSAGES_PER_STEP ? this.#gone.forgetMailbox(account, mailbox, MESSAGES_PER_STEP) : 0;
    if (messages.length < MESSAGES_PER_STEP && gone < MESSAGES_PER_STEP) {
      this.#deleteVanished.run(account, mailbox);
      this.#undoom.run(account, mailbox);
    }
    return true;
  }

  /** While it is held, contents stay, used or not. */
  hold({ backup, isHeld }: { readonly backup: number; readonly isHeld: boolean }): void {
    if (isHeld) this.#holds.add(backup);
    else this.#holds.delete(backup);
  }

  /** What was deleted too long ago to be put back. */
  #sweepGone(before: number): boolean {
    if (this.#gone.forgetOld(before, MESSAGES_PER_STEP) > 0) return true;
    const mailbox = this.#oldMailbox.get(before);
    if (mailbox === undefined) return false;
    this.#forgetMailbox.run(mailbox.account, mailbox.id);
    this.#doom.run(mailbox.account, mailbox.id);
    return true;
  }

  #sweepContents(files: string[]): boolean {
    if (this.#holds.size > 0) return false;
    const unused = this.#unused.all(CONTENTS_PER_STEP);
    for (const { id, file } of unused) {
      this.#deleteContent.run(id);
      this.#deleteUnused.run(id);
      this.#unindex.run(id);
      if (file !== null) files.push(file);
    }
    return unused.length > 0;
  }

  /** A crash may leave files whose letter was never accepted, or was forgotten already. */
  #sweepShelf(files: string[]): boolean {
    const names = this.#shelved.splice(-FILES_PER_STEP);
    files.push(...names.filter((name) => this.#isKnown.get(name) === undefined));
    return names.length > 0;
  }

  /** Cuts pages off the end of the file that nothing uses. Nothing to do for books made without. */
  #giveBack(): boolean {
    const [free, all] = [this.#pragma('freelist_count'), this.#pragma('page_count')];
    if (free < FREE_PAGES_KEPT || free < all * FREE_SHARE_KEPT || this.#pragma('auto_vacuum') !== INCREMENTAL) return false;
    this.#db.pragma(`incremental_vacuum(${PAGES_PER_STEP})`);
    return true;
  }

  #pragma(name: string): number {
    return Number(this.#db.pragma(name, { simple: true }));
  }

  /** Rows come in order of time, nearly; so whether any is old shows in the first. */
  #sweepLedger(before: number): boolean {
    const hasOldNote = this.#oldNotes.all(1).some(({ at }) => at < before);
    const notes = hasOldNote ? this.#oldNotes.all(NOTES_PER_STEP).filter(({ at }) => at < before) : [];
    for (const note of notes) {
      for (const key of keysOf(note)) this.#deleteKey.run(key, note.id);
      this.#deleteNote.run(note.id);
    }
    const hasOldEntry = this.#oldEntries.all(1).some(({ at }) => at < before);
    const entries = hasOldEntry ? this.#oldEntries.all(NOTES_PER_STEP).filter(({ at }) => at < before) : [];
    for (const { id } of entries) this.#deleteEntry.run(id);
    return notes.length + entries.length > 0;
  }
}

/**
 * Makes new books of damaged ones: every letter that is as it was written comes over, with its
 * place, UID and flags; what is not is laid aside.
 *
 * The old books are not changed: they are moved into the quarantine folder, with whatever could
 * still be read of the damaged letters as files beside them. Mailboxes count anew, and what
 * was lost of them is told to IMAP clients as vanished.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Examination, Mending, Tell } from '../../care.ts';
import { BOOKS_FILE, openForWriting } from '../database.ts';
import { INDEX_FILE } from '../search/index-file.ts';
import { writeUidSet } from '../uid-set.ts';
import { ContentJudge } from './content-judge.ts';
import { type JudgedMessage, MessageJudge } from './message-judge.ts';
import { forgetSchemaPages } from './schema-pages.ts';
import { patientKeys } from './patient-keys.ts';
import { tableNames } from './tables.ts';
import { TableMover } from './table-mover.ts';

export interface MendOptions {
  readonly folder: string;
  /** The damaged books, open. */
  readonly old: Database;
  readonly examination: Examination;
  /** Names the quarantine folder. */
  readonly at: number;
  readonly tell: Tell;
}

/** Not moved as they are: judged row by row, or made anew. */
const JUDGED: ReadonlySet<string> = new Set(['message', 'gone', 'content', 'spool', 'spool_recipient']);
const MADE_ANEW: ReadonlySet<string> = new Set(['shared', 'unused', 'doomed', 'note_key', 'filling']);
const ROWS_PER_COMMIT = 1000;

/** Leaves `books.db` mended in its place; the caller holds the folder's lock and closes `old` before that. */
export function mend(options: MendOptions): Mending {
  const { folder, old, examination, at } = options;
  const quarantine = join(folder, 'quarantine', new Date(at).toISOString().replaceAll(':', '-'));
  mkdirSync(quarantine, { recursive: true, mode: 0o700 });
  const file = join(folder, `${BOOKS_FILE}.mending`);
  for (const ending of ['', '-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
  const fresh = openForWriting(file);
  const moving = new Moving({ ...options, fresh, quarantine });
  try {
    moving.run();
  } finally {
    fresh.pragma('wal_checkpoint(TRUNCATE)');
    fresh.close();
    old.close();
  }
  writeFileSync(join(quarantine, 'damages.json'), `${JSON.stringify(examination.damages, null, 2)}\n`);
  for (const ending of ['', '-wal', '-shm']) {
    if (existsSync(join(folder, `${BOOKS_FILE}${ending}`))) renameSync(join(folder, `${BOOKS_FILE}${ending}`), join(quarantine, `${BOOKS_FILE}${ending}`));
  }
  forgetSchemaPages(folder);
  // Made anew when the books are opened.
  for (const ending of ['', '-wal', '-shm']) rmSync(join(folder, `${INDEX_FILE}${ending}`), { force: true });
  renameSync(file, join(folder, BOOKS_FILE));
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
  return { messages: moving.messages, spooled: moving.spooled, damages: examination.damages, quarantine, laidAside: moving.laidAside };
}

interface Lost {
  readonly account: number;
  readonly mailbox: number;
  readonly uids: number[];
}

class Moving {
  readonly #options: MendOptions & { readonly fresh: Database; readonly quarantine: string };
  readonly #contents: ContentJudge;
  readonly #rows: MessageJudge;
  readonly #mover: TableMover;
  /** How many messages and spooled letters have come over, by content; -1: it is damaged. */
  readonly #uses = new Map<number, number>();
  readonly #lost = new Map<string, Lost>();
  messages = 0;
  spooled = 0;
  laidAside = 0;

  constructor(options: MendOptions & { readonly fresh: Database; readonly quarantine: string }) {
    const { old, fresh, folder } = options;
    this.#options = options;
    this.#contents = new ContentJudge(old, folder);
    this.#rows = new MessageJudge(old);
    this.#mover = new TableMover(old, fresh);
  }

  run(): void {
    const { fresh } = this.#options;
    // Durable when it is whole: until then nobody opens it.
    fresh.pragma('synchronous = OFF');
    for (const table of tableNames(fresh)) if (!JUDGED.has(table) && !MADE_ANEW.has(table)) this.#inBatches(this.#mover.moveAll(table));
    this.#inBatches(this.#moveMessages());
    this.#inBatches(this.#moveGone());
    this.#inBatches(this.#moveSpool());
    fresh.transaction(() => this.#settle())();
    fresh.pragma('synchronous = FULL');
  }

  #inBatches(steps: Iterable<unknown>): void {
    const { fresh } = this.#options;
    let rows = 0;
    fresh.exec('BEGIN');
    for (const _step of steps) {
      rows += 1;
      if (rows % ROWS_PER_COMMIT === 0) fresh.exec('COMMIT; BEGIN');
    }
    fresh.exec('COMMIT');
  }

  *#moveMessages(): Generator<void, void> {
    const { old, tell } = this.#options;
    const doomed = new Set(this.#mover.rowsOf('doomed').map(({ account, mailbox }) => `${String(account)} ${String(mailbox)}`));
    for (const { key } of patientKeys(old, { table: 'message', key: ['account', 'mailbox', 'uid'] })) {
      const [account = 0, mailbox = 0] = key;
      if (doomed.has(`${account} ${mailbox}`)) continue;
      const judged = this.#rows.message(key);
      if (judged === undefined) continue;
      const content = judged.row?.content;
      if (judged.why === undefined && content !== undefined && this.#keep(content)) {
        if (this.#mover.move('message', ['account', 'mailbox', 'uid'], key)) this.messages += 1;
        if (this.messages % ROWS_PER_COMMIT === 0) tell({ task: 'copying letters', done: this.messages, unit: 'letters' });
      } else this.#lose(key, judged);
      yield;
    }
  }

  /** What was deleted and can be put back; what was only moved, where its letter came over. */
  *#moveGone(): Generator<void, void> {
    for (const { key } of patientKeys(this.#options.old, { table: 'gone', key: ['id'] })) {
      const judged = this.#rows.gone(key[0] ?? 0);
      const content = judged?.content;
      if (judged === undefined || judged.why !== undefined || content === undefined) continue;
      if (judged.isMoved ? (this.#uses.get(content) ?? 0) > 0 : this.#keep(content)) this.#mover.move('gone', ['id'], key);
      yield;
    }
  }

  *#moveSpool(): Generator<void, void> {
    for (const { key } of patientKeys(this.#options.old, { table: 'spool', key: ['id'] })) {
      const [id = 0] = key;
      const judged = this.#rows.spooled(id);
      if (judged === undefined) continue;
      if (judged.why === undefined && this.#keep(id)) {
        this.#mover.move('spool', ['id'], key);
        this.#mover.moveWhere('spool_recipient', 'spool', id);
        this.spooled += 1;
      } else this.#layAside(`spool-${id}`, id, Buffer.alloc(0));
      yield;
    }
  }

  /** Brings a content over, once; false if it is damaged. */
  #keep(content: number): boolean {
    const uses = this.#uses.get(content);
    if (uses === -1) return false;
    if (uses === undefined && (this.#contents.judge(content).kind !== 'intact' || !this.#mover.move('content', ['id'], [content]))) {
      this.#uses.set(content, -1);
      return false;
    }
    this.#uses.set(content, (uses ?? 0) + 1);
    return true;
  }

  #lose([account = 0, mailbox = 0, uid = 0]: readonly number[], { row }: JudgedMessage): void {
    const place = `${account} ${mailbox}`;
    const lost = this.#lost.get(place) ?? { account, mailbox, uids: [] };
    lost.uids.push(uid);
    this.#lost.set(place, lost);
    if (row !== undefined) this.#layAside(`${account}-${mailbox}-${uid}`, row.content, this.#prefixOf(row));
  }

  #prefixOf({ content, prefixStart, prefixEnd }: NonNullable<JudgedMessage['row']>): Buffer {
    try {
      const prefixes: unknown = this.#options.old.prepare('SELECT prefixes FROM content WHERE id = ?').pluck().get(content);
      return Buffer.isBuffer(prefixes) ? prefixes.subarray(prefixStart, prefixEnd) : Buffer.alloc(0);
    } catch {
      return Buffer.alloc(0);
    }
  }

  /** Whatever can be read of a letter, as a file. */
  #layAside(name: string, content: number, prefix: Buffer): void {
    const handle = openSync(join(this.#options.quarantine, `${name}.eml`), 'w', 0o600);
    let octets = prefix.length;
    writeSync(handle, prefix);
    for (const piece of this.#contents.salvage(content)) {
      writeSync(handle, piece);
      octets += piece.length;
    }
    closeSync(handle);
    if (octets > 0) this.laidAside += 1;
    else rmSync(join(this.#options.quarantine, `${name}.eml`));
  }

  /** What follows from the rows that came over. */
  #settle(): void {
    const { fresh, at } = this.#options;
    const share = fresh.prepare('INSERT OR REPLACE INTO shared (content, uses) VALUES (?, ?)');
    for (const [content, uses] of this.#uses) if (uses > 1) share.run(content, uses);
    fresh.exec("DELETE FROM sequence WHERE name = 'note-keys'");
    this.#houseOrphans(Math.floor(at / 1000));
    this.#raiseCounters();
    const modseq = fresh.prepare('UPDATE account SET modseq = modseq + 1 WHERE id = ? RETURNING modseq').pluck();
    const vanish = fresh.prepare('INSERT OR REPLACE INTO vanished (account, mailbox, modseq, uids) VALUES (?, ?, ?, ?)');
    const highest = fresh.prepare('UPDATE mailbox SET highest_modseq = ? WHERE account = ? AND id = ?');
    for (const { account, mailbox, uids } of this.#lostPlaces()) {
      const now = modseq.get(account);
      if (typeof now !== 'number') continue;
      vanish.run(account, mailbox, now, writeUidSet(uids));
      highest.run(now, account, mailbox);
    }
  }

  /** Also those whose row was gone altogether. */
  #lostPlaces(): readonly Lost[] {
    const places = new Map(this.#lost);
    const { fresh, examination } = this.#options;
    const find = fresh.prepare<[string, string], { account: number; mailbox: number }>(
      'SELECT b.account, b.id AS mailbox FROM mailbox b JOIN account a ON a.id = b.account WHERE a.address = ? AND b.name = ?',
    );
    const isHere = fresh.prepare('SELECT 1 FROM message WHERE account = ? AND mailbox = ? AND uid = ?');
    for (const { account, mailbox, uid } of examination.damages) {
      const place = account === undefined || mailbox === undefined || uid === undefined ? undefined : find.get(account, mailbox);
      if (place === undefined || uid === undefined || isHere.get(place.account, place.mailbox, uid) !== undefined) continue;
      const key = `${place.account} ${place.mailbox}`;
      const lost = places.get(key) ?? { ...place, uids: [] };
      if (!lost.uids.includes(uid)) lost.uids.push(uid);
      places.set(key, lost);
    }
    return [...places.values()].map((lost) => ({ ...lost, uids: lost.uids.toSorted((a, b) => a - b) }));
  }

  /** Letters whose mailbox or account could not be read get new ones. */
  #houseOrphans(validity: number): void {
    const { fresh } = this.#options;
    fresh.exec(`
      INSERT OR IGNORE INTO account (id, address, created_at, modseq)
        SELECT DISTINCT m.account, 'recovered-' || m.account || '@invalid', 0, 0 FROM message m WHERE m.account NOT IN (SELECT id FROM account);
      INSERT OR IGNORE INTO mailbox (account, id, name, uid_validity, uid_next, highest_modseq, recent_from, messages, unseen, deleted, octets)
        SELECT DISTINCT m.account, m.mailbox, 'Recovered ' || m.mailbox, ${validity}, 1, 0, 1, 0, 0, 0, 0 FROM message m
        WHERE NOT EXISTS (SELECT 1 FROM mailbox b WHERE b.account = m.account AND b.id = m.mailbox)
          AND NOT EXISTS (SELECT 1 FROM removed_mailbox r WHERE r.account = m.account AND r.id = m.mailbox);
      INSERT OR IGNORE INTO mailbox (account, id, name, uid_validity, uid_next, highest_modseq, recent_from, messages, unseen, deleted, octets)
        SELECT a.id, coalesce((SELECT max(id) FROM mailbox), 0) + a.id, 'INBOX', ${validity}, 1, 0, 1, 0, 0, 0, 0 FROM account a
        WHERE NOT EXISTS (SELECT 1 FROM mailbox b WHERE b.account = a.id AND b.name = 'INBOX');`);
  }

  /** Numbers that were given out are not given again, and mailboxes hold what they say. */
  #raiseCounters(): void {
    this.#options.fresh.exec(`
      UPDATE mailbox SET
        (messages, unseen, deleted, octets) = (
          SELECT count(*), coalesce(sum(flags & 1 = 0), 0), coalesce(sum(flags & 8 = 8), 0), coalesce(sum(m.octets), 0)
          FROM message m WHERE m.account = mailbox.account AND m.mailbox = mailbox.id),
        uid_next = max(uid_next, 1 + coalesce((SELECT max(uid) FROM message m WHERE m.account = mailbox.account AND m.mailbox = mailbox.id), 0)),
        highest_modseq = max(highest_modseq, coalesce((SELECT max(modseq) FROM message m WHERE m.account = mailbox.account AND m.mailbox = mailbox.id), 0));
      UPDATE account SET modseq = max(modseq, coalesce((SELECT max(highest_modseq) FROM mailbox b WHERE b.account = account.id), 0));
      UPDATE account SET
        messages = (SELECT coalesce(sum(b.messages), 0) FROM mailbox b WHERE b.account = account.id),
        octets = (SELECT coalesce(sum(b.octets), 0) FROM mailbox b WHERE b.account = account.id);
      DELETE FROM domain_usage;
      INSERT INTO domain_usage (domain, messages, octets)
        SELECT substr(address, length(rtrim(address, replace(address, '@', ''))) + 1) AS domain, sum(messages), sum(octets) FROM account GROUP BY domain;
      INSERT INTO sequence (name, last) SELECT 'letter', coalesce(max(id), 0) FROM content WHERE true
        ON CONFLICT DO UPDATE SET last = max(last, excluded.last);
      INSERT INTO sequence (name, last) SELECT 'account', coalesce(max(id), 0) FROM account WHERE true
        ON CONFLICT DO UPDATE SET last = max(last, excluded.last);
      INSERT INTO sequence (name, last) SELECT 'mailbox', coalesce(max(id), 0) FROM mailbox WHERE true
        ON CONFLICT DO UPDATE SET last = max(last, excluded.last);
      INSERT INTO sequence (name, last) SELECT 'uid-validity', coalesce(max(uid_validity), 0) FROM mailbox WHERE true
        ON CONFLICT DO UPDATE SET last = max(last, excluded.last);`);
  }
}

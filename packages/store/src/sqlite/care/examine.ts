/**
 * Examines the books to the last octet: SQLite's structure, the hash of every content, the
 * checksum of every row of a letter, and that mailboxes hold as many as they say.
 *
 * SQLite's own check (https://sqlite.org/pragma.html#pragma_integrity_check) finds damage to
 * its trees and misses nearly all damage to what is in them. May run beside a writer: what
 * looks wrong because it is just being changed is looked at again.
 */
import type { Database, Statement } from 'better-sqlite3';
import { type Damage, DAMAGES_MAX, type Examination, type Tell } from '../../care.ts';
import { ContentJudge, messageOf } from './content-judge.ts';
import { checkMailboxes } from './mailbox-check.ts';
import { MessageJudge } from './message-judge.ts';
import { patientKeys } from './patient-keys.ts';

/** After so many rows we tell how far we are. */
const TELL_EVERY = 500;
const STRUCTURE_FAULTS_MAX = 100;

export interface Examined {
  readonly db: Database;
  /** The data folder. */
  readonly folder: string;
  readonly tell: Tell;
  /** Contents to be read; all unless it is said otherwise. */
  readonly isWanted?: (content: number) => boolean;
  /** What kept them from being opened as they are. */
  readonly why?: string;
}

/** Findings, and how many there are of what. */
class Findings {
  readonly damages: Damage[] = [];
  damageCount = 0;

  add(damage: Damage): void {
    this.damageCount += 1;
    if (this.damages.length < DAMAGES_MAX) this.damages.push(damage);
  }
}

export function examine({ db, folder, tell, isWanted = () => true, why }: Examined): Examination {
  const findings = new Findings();
  if (why !== undefined) findings.add({ what: 'structure', why });
  checkStructure(db, findings, tell);
  const contents = checkContents({ db, folder, tell, isWanted });
  const messages = checkMessages(db, { contents, findings, tell });
  checkGone(db, { contents, findings });
  const spooled = checkSpool(db, { contents, findings });
  for (const [id, why] of contents.damaged) {
    if (!contents.used.has(id)) findings.add({ what: 'unused content', why: `content ${id}: ${why}` });
  }
  const accounts = checkDirectory(db, findings);
  return {
    accounts, messages, spooled, contents: contents.count, octets: contents.octets,
    damages: findings.damages, damageCount: findings.damageCount,
  };
}

function checkStructure(db: Database, findings: Findings, tell: Tell): void {
  tell({ task: 'checking structure', done: 0, total: 1, unit: 'rows' });
  try {
    for (const said of db.prepare<[], string>(`PRAGMA integrity_check(${STRUCTURE_FAULTS_MAX})`).pluck().iterate()) {
      if (said !== 'ok') for (const line of said.split('\n')) findings.add({ what: 'structure', why: line });
    }
  } catch (error) {
    findings.add({ what: 'structure', why: messageOf(error) });
  }
  tell({ task: 'checking structure', done: 1, total: 1, unit: 'rows' });
}

interface CheckedContents {
  count: number;
  octets: number;
  /** Why, by content. */
  readonly damaged: Map<number, string>;
  /** Of the damaged ones, those that a letter has. */
  readonly used: Set<number>;
}

function checkContents({ db, folder, tell, isWanted }: Required<Omit<Examined, 'why'>>): CheckedContents {
  const judge = new ContentJudge(db, folder);
  const checked: CheckedContents = { count: 0, octets: 0, damaged: new Map(), used: new Set() };
  const total = countOf(db, 'content');
  let seen = 0;
  for (const { key: [id = 0] } of patientKeys(db, { table: 'content', key: ['id'] })) {
    seen += 1;
    if (seen % TELL_EVERY === 0) tell({ task: 'reading letters', done: seen, ...(total === undefined ? {} : { total }), unit: 'letters' });
    if (!isWanted(id)) continue;
    const judgement = judge.judge(id);
    if (judgement.kind === 'damaged') checked.damaged.set(id, judgement.why);
    if (judgement.kind !== 'intact') continue;
    checked.count += 1;
    checked.octets += judgement.size;
  }
  tell({ task: 'reading letters', done: seen, total: seen, unit: 'letters' });
  return checked;
}

interface Checking {
  readonly contents: CheckedContents;
  readonly findings: Findings;
}

/** Answers how many there are, damaged ones too. */
function checkMessages(db: Database, { contents, findings, tell }: Checking & { readonly tell: Tell }): number {
  const judge = new MessageJudge(db);
  const places = new Places(db);
  const total = countOf(db, 'message');
  let seen = 0;
  const seenUids = new Map<string, Set<number>>();
  for (const { key } of patientKeys(db, { table: 'message', key: ['account', 'mailbox', 'uid'] })) {
    const judged = judge.message(key);
    if (judged === undefined) continue;
    note(seenUids, key);
    seen += 1;
    if (seen % TELL_EVERY === 0) tell({ task: 'reading messages', done: seen, ...(total === undefined ? {} : { total }), unit: 'rows' });
    const content = judged.row?.content;
    const why = judged.why ?? (content === undefined ? undefined : contents.damaged.get(content));
    if (why === undefined) continue;
    if (content !== undefined) contents.used.add(content);
    // Expunged while we looked, or in a mailbox that is being swept away.
    if (judge.message(key) === undefined || places.isDoomed(key)) continue;
    findings.add({ what: 'message', ...places.of(key), ...(judged.letter === undefined ? {} : { letter: judged.letter }), why });
  }
  tell({ task: 'reading messages', done: seen, total: seen, unit: 'rows' });
  for (const damage of checkMailboxes(db, seenUids)) findings.add(damage);
  return seen;
}

function note(seen: Map<string, Set<number>>, [account = 0, mailbox = 0, uid = 0]: readonly number[]): void {
  const place = `${account} ${mailbox}`;
  const uids = seen.get(place) ?? new Set();
  uids.add(uid);
  seen.set(place, uids);
}

/** Deleted letters, as long as they can be put back. */
function checkGone(db: Database, { contents, findings }: Checking): void {
  const judge = new MessageJudge(db);
  const places = new Places(db);
  for (const { key: [id = 0] } of patientKeys(db, { table: 'gone', key: ['id'] })) {
    const judged = judge.gone(id);
    if (judged === undefined || judged.isMoved) continue;
    const { content, letter, place } = judged;
    const why = judged.why ?? (content === undefined ? undefined : contents.damaged.get(content));
    if (why === undefined) continue;
    if (content !== undefined) contents.used.add(content);
    // Put back or forgotten while we looked.
    if (judge.gone(id) === undefined) continue;
    findings.add({ what: 'deleted letter', ...(place === undefined ? {} : places.of(place)), ...(letter === undefined ? {} : { letter }), why });
  }
}

function checkSpool(db: Database, { contents, findings }: Checking): number {
  const judge = new MessageJudge(db);
  let seen = 0;
  for (const { key: [id = 0] } of patientKeys(db, { table: 'spool', key: ['id'] })) {
    seen += 1;
    const judged = judge.spooled(id);
    const why = judged?.why ?? contents.damaged.get(id);
    if (contents.damaged.has(id)) contents.used.add(id);
    if (judged === undefined || why === undefined || judge.spooled(id) === undefined) continue;
    findings.add({ what: 'spooled letter', ...(judged.letter === undefined ? {} : { letter: judged.letter }), why });
  }
  return seen;
}

/** Who is here, and who stands for whom, can be read. */
function checkDirectory(db: Database, findings: Findings): number {
  let accounts = 0;
  const tables: readonly (readonly [table: string, json: string | null])[] = [['account', 'scram_sha256'], ['alias', 'targets'], ['dkim_key', null], ['subscription', null]];
  for (const [table, json] of tables) {
    try {
      for (const row of db.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`).iterate()) {
        if (table === 'account') accounts += 1;
        const text = json === null ? null : row[json];
        if (typeof text === 'string') JSON.parse(text);
      }
    } catch (error) {
      findings.add({ what: 'structure', why: `${table}: ${messageOf(error)}` });
    }
  }
  return accounts;
}

/** Where a message is, as people call it. */
class Places {
  readonly #isDoomed: Statement<[account: number, mailbox: number]>;
  readonly #names = new Map<string, { readonly account: string; readonly mailbox: string }>();
  readonly #find: ReturnType<typeof placeFinder>;

  constructor(db: Database) {
    this.#isDoomed = db.prepare('SELECT 1 FROM doomed WHERE account = ? AND mailbox = ?');
    this.#find = placeFinder(db);
  }

  isDoomed([account = 0, mailbox = 0]: readonly number[]): boolean {
    try {
      return this.#isDoomed.get(account, mailbox) !== undefined;
    } catch {
      return false;
    }
  }

  of([account = 0, mailbox = 0, uid = 0]: readonly number[]): Pick<Damage, 'account' | 'mailbox' | 'uid'> {
    const key = `${account} ${mailbox}`;
    const names = this.#names.get(key) ?? this.#find(account, mailbox);
    this.#names.set(key, names);
    return { ...names, uid };
  }
}

function placeFinder(db: Database): (account: number, mailbox: number) => { readonly account: string; readonly mailbox: string } {
  const address = db.prepare<[id: number], string>('SELECT address FROM account WHERE id = ?').pluck();
  const name = db.prepare<[account: number, id: number], string>('SELECT name FROM mailbox WHERE account = ? AND id = ?').pluck();
  const safely = (ask: () => string | undefined, otherwise: string): string => {
    try {
      return ask() ?? otherwise;
    } catch {
      return otherwise;
    }
  };
  return (account, mailbox) => ({
    account: safely(() => address.get(account), `account ${account}`),
    mailbox: safely(() => name.get(account, mailbox), `mailbox ${mailbox}`),
  });
}

/** Undefined where it cannot be counted. */
function countOf(db: Database, table: string): number | undefined {
  try {
    return Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  } catch {
    return undefined;
  }
}

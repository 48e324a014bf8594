/**
 * Whether mailboxes hold what they say: as many messages, and every UID accounted for.
 *
 * A row that is gone with its page leaves no trace where it was; but its mailbox still counts
 * it, and what was taken out of it by somebody is written down.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { Damage } from '../../care.ts';
import { readUidSet } from '../uid-set.ts';
import { messageOf } from './content-judge.ts';

interface MailboxRow {
  readonly account: number;
  readonly id: number;
  readonly name: string;
  readonly address: string | null;
  readonly uidNext: number;
  readonly messages: number;
  readonly unseen: number;
  readonly deleted: number;
  readonly octets: number;
}

type Counts = Pick<MailboxRow, 'messages' | 'unseen' | 'deleted' | 'octets'> & { readonly uidMax: number };

/** `areKeysHurt`: some stand under a key that is not theirs, so that counting does not show it. */
const MAILBOX = `
  SELECT b.account, b.id, b.name, a.address, b.uid_next AS uidNext, b.messages, b.unseen, b.deleted, b.octets
  FROM mailbox b LEFT JOIN account a ON a.id = b.account WHERE b.account = ? AND b.id = ?`;
const COUNTED = `
  SELECT count(*) AS messages, coalesce(sum(flags & 1 = 0), 0) AS unseen, coalesce(sum(flags & 8 = 8), 0) AS deleted,
    coalesce(sum(octets), 0) AS octets, coalesce(max(uid), 0) AS uidMax
  FROM message WHERE account = ? AND mailbox = ?`;

/** `seen`: UIDs of messages that were found in their place, by account and mailbox. */
export function checkMailboxes(db: Database, seen: ReadonlyMap<string, ReadonlySet<number>>): readonly Damage[] {
  try {
    const keys = db.prepare<[], { account: number; id: number }>('SELECT account, id FROM mailbox').all();
    return [...keys.flatMap((key) => checkMailbox(db, key, seen.get(`${key.account} ${key.id}`) ?? new Set())), ...orphans(db)];
  } catch (error) {
    return [{ what: 'structure', why: `the mailboxes cannot be read (${messageOf(error)})` }];
  }
}

function checkMailbox(db: Database, { account, id }: { readonly account: number; readonly id: number }, seen: ReadonlySet<number>): readonly Damage[] {
  const { said, fault } = compare(db, account, id);
  if (said === undefined) return fault === undefined ? [] : [{ what: 'structure', account: `account ${account}`, mailbox: `mailbox ${id}`, why: fault }];
  const place = { account: said.address ?? `account ${account}`, mailbox: said.name };
  return [
    ...said.address === null ? [{ what: 'structure', ...place, why: 'its account is missing' } as const] : [],
    ...fault === undefined ? [] : [{ what: 'structure', ...place, why: fault } as const],
    ...missingUids(db, said, { seen, isCounted: fault === undefined }).map((uid): Damage => ({ what: 'message', ...place, uid, why: 'its row is not where it was' })),
  ];
}

/** What a mailbox says of itself, and what is wrong with it; no fault if nothing is. As of one moment: a letter may be coming in. */
function compare(db: Database, account: number, id: number): { readonly said?: MailboxRow; readonly fault?: string } {
  let said: MailboxRow | undefined;
  try {
    said = db.prepare<[number, number], MailboxRow>(MAILBOX).get(account, id);
    return db.transaction(() => {
      said = db.prepare<[number, number], MailboxRow>(MAILBOX).get(account, id);
      const found = db.prepare<[number, number], Counts>(COUNTED).get(account, id);
      if (said === undefined || found === undefined) return {};
      if (isSame(said, found)) return { said };
      const fault = `it says ${said.messages} messages, ${said.unseen} unseen, ${said.octets} octets, next UID ${said.uidNext}, `
        + `and holds ${found.messages}, ${found.unseen}, ${found.octets}, last UID ${found.uidMax}`;
      return { said, fault };
    })();
  } catch (error) {
    return { ...(said === undefined ? {} : { said }), fault: `its messages cannot be counted (${messageOf(error)})` };
  }
}

function isSame(said: MailboxRow, found: Counts): boolean {
  return said.messages === found.messages && said.unseen === found.unseen && said.deleted === found.deleted
    && said.octets === found.octets && said.uidNext > found.uidMax;
}

/** UIDs that were given out and are neither where they should be nor known to have been taken out. */
function missingUids(
  db: Database, { account, id, uidNext, messages }: MailboxRow, { seen, isCounted }: { readonly seen: ReadonlySet<number>; readonly isCounted: boolean },
): readonly number[] {
  // All there, so nothing to look for; letters that came since are no worry.
  if (isCounted && seen.size === messages) return [];
  const here = new Set(seen);
  for (const uids of db.prepare<[number, number], string>('SELECT uids FROM vanished WHERE account = ? AND mailbox = ?').pluck().all(account, id)) {
    for (const uid of readUidSet(uids)) here.add(uid);
  }
  // A next UID that was hit itself may be anything.
  if (uidNext > 2 * here.size + 1_000_000) return [];
  const isHere = db.prepare<[number, number, number], number>('SELECT 1 FROM message WHERE account = ? AND mailbox = ? AND uid = ?').pluck();
  return Array.from({ length: Math.max(0, uidNext - 1) }, (_, index) => index + 1).filter((uid) => !here.has(uid) && !isThere(isHere, [account, id, uid]));
}

/** A letter that came in since the others were looked at is. */
function isThere(statement: Statement<[number, number, number], number>, key: readonly [number, number, number]): boolean {
  try {
    return statement.get(...key) !== undefined;
  } catch {
    return false;
  }
}

/** Messages whose mailbox is not there, and was not removed. */
function orphans(db: Database): readonly Damage[] {
  return db.prepare<[], { account: number; mailbox: number; messages: number }>(`
    SELECT account, mailbox, count(*) AS messages FROM message m
    WHERE NOT EXISTS (SELECT 1 FROM mailbox b WHERE b.account = m.account AND b.id = m.mailbox)
      AND NOT EXISTS (SELECT 1 FROM removed_mailbox r WHERE r.account = m.account AND r.id = m.mailbox)
      AND NOT EXISTS (SELECT 1 FROM doomed d WHERE d.account = m.account AND d.mailbox = m.mailbox)
    GROUP BY account, mailbox`).all().map(({ account, mailbox, messages }) => (
    { what: 'structure', account: `account ${account}`, mailbox: `mailbox ${mailbox}`, why: `${messages} messages are in a mailbox that is not there` }));
}

/**
 * Puts deleted letters back, a page at a time: what was expunged, and what lies in mailboxes
 * that were removed.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { RestoreAnswer } from '../../kept.ts';
import { type AccountId, type MailboxId, mailboxId } from '../../ids.ts';
import type { SpecialUse } from '../../mailboxes.ts';
import { UIDS_PER_ACT } from '../../messages.ts';
import { goneChecksum, joined, messageChecksum, stateChecksum } from '../checksum.ts';
import { DELETED } from '../flag-bits.ts';
import type { RequestOf } from '../requests.ts';
import { writeUidSet } from '../uid-set.ts';
import type { ContentTable } from './contents.ts';
import type { GoneTable, Leaving } from './gone.ts';
import type { LedgerTable } from './ledger.ts';
import type { MailboxActs } from './mailbox-acts.ts';
import type { Postbox } from './postbox.ts';
import type { UsageTable } from './usage-table.ts';

export interface RestoreParts {
  readonly contents: ContentTable;
  readonly gone: GoneTable;
  readonly ledger: LedgerTable;
  readonly mailboxes: MailboxActs;
  readonly postbox: Postbox;
  readonly usage: UsageTable;
}

/** A deleted letter, with what finds it again. */
interface Deleted extends Leaving {
  /** The mailbox it was in. */
  readonly mailbox: number;
  readonly name: string;
  readonly specialUse: SpecialUse | null;
  /** Its row among those gone; null for one that lies in a removed mailbox. */
  readonly goneId: number | null;
  readonly born: number;
  readonly modseq: number;
}

interface Target {
  readonly id: MailboxId;
  readonly name: string;
}

type Find = [account: number, since: number, letters: string | null, letters: string | null, mailbox: string | null, mailbox: string | null, limit: number];

/** Where what was in a mailbox of no name goes. */
const INBOX = 'INBOX';

export class RestoreActs {
  readonly #parts: RestoreParts;
  readonly #expunged: Statement<Find, Deleted>;
  readonly #inRemoved: Statement<Find, Deleted>;
  readonly #removed: Statement<[account: number, since: number, mailbox: string | null, mailbox: string | null], { name: string; specialUse: SpecialUse | null }>;
  readonly #deleteMessage: Statement<[account: number, mailbox: number, uid: number]>;

  constructor(db: Database, parts: RestoreParts) {
    this.#parts = parts;
    const message = (of: string): string => `
      ${of}.uid, ${of}.flags AS bits, ${of}.keywords, ${of}.content, ${of}.prefix_start AS prefixStart, ${of}.prefix_end AS prefixEnd,
      ${of}.octets, ${of}.internal_date AS internalDate, ${of}.saved_at AS savedAt, ${of}.checksum, ${of}.mailbox`;
    const wanted = (name: string): string => `AND (? IS NULL OR c.letter IN (SELECT value FROM json_each(?))) AND (? IS NULL OR ${name} = ?)`;
    const formerName = `coalesce(b.name, r.name, '${INBOX}')`;
    this.#expunged = db.prepare(`
      SELECT ${message('g')}, ${formerName} AS name, coalesce(b.special_use, r.special_use) AS specialUse, g.id AS goneId, 0 AS born, 0 AS modseq
      FROM gone g JOIN content c ON c.id = g.content
      LEFT JOIN mailbox b ON b.account = g.account AND b.id = g.mailbox LEFT JOIN removed_mailbox r ON r.account = g.account AND r.id = g.mailbox
      WHERE g.account = ? AND g.to_mailbox IS NULL AND g.gone_at >= ? ${wanted(formerName)}
      ORDER BY g.mailbox, g.uid LIMIT ?`);
    this.#inRemoved = db.prepare(`
      SELECT ${message('m')}, r.name, r.special_use AS specialUse, NULL AS goneId, m.born, m.modseq
      FROM removed_mailbox r JOIN message m ON m.account = r.account AND m.mailbox = r.id JOIN content c ON c.id = m.content
      WHERE r.account = ? AND r.removed_at >= ? ${wanted('r.name')}
      ORDER BY m.mailbox, m.uid LIMIT ?`);
    this.#removed = db.prepare(`
      SELECT name, special_use AS specialUse FROM removed_mailbox WHERE account = ? AND removed_at >= ? AND (? IS NULL OR name = ?) ORDER BY removed_at DESC`);
    this.#deleteMessage = db.prepare('DELETE FROM message WHERE account = ? AND mailbox = ? AND uid = ?');
  }

  restore(act: RequestOf<'restore'>): RestoreAnswer {
    const { account, since, mailbox, at } = act;
    const letters = act.letters === null ? null : JSON.stringify(act.letters);
    const find: Find = [account, since, letters, letters, mailbox, mailbox, UIDS_PER_ACT + 1];
    const expunged = this.#expunged.all(...find);
    const inRemoved = expunged.length > UIDS_PER_ACT ? [] : this.#inRemoved.all(...find);
    const found = [...expunged, ...inRemoved];
    const restored = new Map<string, number>();
    for (const page of byMailbox(found.slice(0, UIDS_PER_ACT))) {
      const target = this.#target(account, act.into ?? page[0]?.name ?? INBOX, { use: act.into === null ? page[0]?.specialUse ?? null : null, at });
      this.#putBack(account, page, { target, at });
      restored.set(target.name, (restored.get(target.name) ?? 0) + page.length);
    }
    const hasMore = found.length > UIDS_PER_ACT;
    if (!hasMore && act.letters === null && act.into === null) {
      for (const { name, specialUse } of this.#removed.all(account, since, mailbox, mailbox)) {
        const target = this.#target(account, name, { use: specialUse, at });
        if (!restored.has(target.name)) restored.set(target.name, 0);
      }
    }
    return { restored: Array.from(restored, ([name, count]) => ({ mailbox: name, letters: count })), hasMore };
  }

  #target(account: AccountId, name: string, { use, at }: { readonly use: SpecialUse | null; readonly at: number }): Target {
    const { mailboxes } = this.#parts;
    const there = mailboxes.named(account, name);
    if (there !== undefined) return { id: there, name };
    const made = mailboxes.create({ kind: 'mailbox-create', account, name, at, specialUse: use });
    const plain = made.kind === 'use-taken' ? mailboxes.create({ kind: 'mailbox-create', account, name, at, specialUse: null }) : made;
    if (plain.kind !== 'created') throw new Error('the name was free a moment ago');
    return { id: plain.mailbox.id, name };
  }

  #putBack(account: AccountId, page: readonly Deleted[], { target, at }: { readonly target: Target; readonly at: number }): void {
    const { contents, gone, ledger, postbox, usage } = this.#parts;
    const [first] = page;
    const modseq = postbox.modseq(account);
    if (first === undefined || modseq === undefined) throw new Error('a deleted letter has an account');
    const uids = page.map((row) => {
      const put = postbox.put({ account, mailbox: target.id, modseq }, {
        ...row, flags: { bits: row.bits & ~DELETED, keywords: row.keywords }, savedAt: at, checksum: letterOf(account, row),
      });
      if (put === undefined) throw new Error('the mailbox was there a moment ago');
      // Perhaps nobody had it any more when the index came to it.
      contents.reindex(row.content);
      if (row.goneId === null) this.#deleteMessage.run(account, row.mailbox, row.uid);
      else gone.takeBack(row.goneId);
      return put.uid;
    });
    usage.add(account, { messages: page.length, octets: page.reduce((sum, { octets }) => sum + octets, 0) });
    ledger.addPersonal({
      at, account, mailbox: mailboxId(first.mailbox), act: 'restored', uids: writeUidSet(page.map(({ uid }) => uid)),
      detail: { mailbox: first.name, to: target.name, toMailbox: target.id, toUids: writeUidSet(uids) },
    });
  }
}

/** What of its checksum goes along with a letter. */
function letterOf(account: number, row: Deleted): number {
  return row.goneId === null
    ? joined(row.checksum, messageChecksum({ ...row, account }), stateChecksum(row))
    : joined(row.checksum, goneChecksum({ ...row, account }));
}

/** Runs of letters that were in the same mailbox. */
function byMailbox(rows: readonly Deleted[]): readonly (readonly Deleted[])[] {
  const runs = new Map<string, Deleted[]>();
  for (const row of rows) {
    // Both kinds may name the same mailbox, and each has its UIDs in order.
    const key = `${row.mailbox} ${row.goneId === null}`;
    const run = runs.get(key);
    if (run === undefined) runs.set(key, [row]);
    else run.push(row);
  }
  return [...runs.values()];
}

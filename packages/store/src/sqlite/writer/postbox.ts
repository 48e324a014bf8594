/**
 * Puts copies of a letter into mailboxes: gives UIDs and modseqs, keeps the counters.
 */
import type { Database, Statement } from 'better-sqlite3';
import { type AccountId, mailboxId, type MailboxId, uid as asUid, type Uid } from '../../ids.ts';
import type { Placed } from '../../acceptance.ts';
import { joined, messageChecksum, stateChecksum } from '../checksum.ts';
import { DELETED, SEEN, type StoredFlags } from '../flag-bits.ts';
import type { PlacementRecord } from '../requests.ts';
import type { Changes } from './changes.ts';
import type { UsageTable } from './usage-table.ts';

/** Where a placement lets its mailbox be found. */
const INBOX = 'INBOX';

/** A message as it goes into a mailbox. */
export interface NewMessage {
  readonly flags: StoredFlags;
  readonly content: number;
  readonly prefixStart: number;
  readonly prefixEnd: number;
  readonly octets: number;
  readonly internalDate: number;
  readonly savedAt: number;
  /** Of the content's row and the prefix. */
  readonly checksum: number;
}

interface Slot {
  readonly id: number;
  readonly uid: number;
  readonly uidValidity: number;
}

type Growth = [modseq: number, unseen: number, deleted: number, octets: number];

export class Postbox {
  readonly #changes: Changes;
  readonly #usage: UsageTable;
  readonly #modseq: Statement<[account: number], { modseq: number }>;
  readonly #arrive: Statement<[octets: number, account: number], { modseq: number; address: string }>;
  readonly #growByName: Statement<[...Growth, account: number, name: string], Slot>;
  readonly #growById: Statement<[...Growth, account: number, mailbox: number], Slot>;
  readonly #insert: Statement<unknown[]>;

  constructor(db: Database, { changes, usage }: { readonly changes: Changes; readonly usage: UsageTable }) {
    this.#changes = changes;
    this.#usage = usage;
    this.#modseq = db.prepare('UPDATE account SET modseq = modseq + 1 WHERE id = ? RETURNING modseq');
    this.#arrive = db.prepare(`
      UPDATE account SET modseq = modseq + 1, messages = messages + 1, octets = octets + ? WHERE id = ? RETURNING modseq, address`);
    const grow = `
      UPDATE mailbox SET uid_next = uid_next + 1, highest_modseq = ?, messages = messages + 1,
        unseen = unseen + ?, deleted = deleted + ?, octets = octets + ?`;
    const slot = 'RETURNING id, uid_next - 1 AS uid, uid_validity AS uidValidity';
    this.#growByName = db.prepare(`${grow} WHERE account = ? AND name = ? ${slot}`);
    this.#growById = db.prepare(`${grow} WHERE account = ? AND id = ? ${slot}`);
    this.#insert = db.prepare(`
      INSERT INTO message (account, mailbox, uid, born, modseq, flags, keywords, content, prefix_start, prefix_end, octets, internal_date, saved_at, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  }

  /** The account's next modseq; undefined if there is no such account. RFC 7162 §3.1. */
  modseq(account: AccountId): number | undefined {
    return this.#modseq.get(account)?.modseq;
  }

  place(record: PlacementRecord, { content, at }: { readonly content: number; readonly at: number }): Placed {
    const { account, mailbox, ...message } = record;
    const arrival = this.#arrive.get(record.octets, account);
    const growth = arrival && growthBy(arrival.modseq, record);
    const slot = growth && (this.#growByName.get(...growth, account, mailbox) ?? this.#growByName.get(...growth, account, INBOX));
    // The belief about the account holds, so this cannot be the world's doing.
    if (arrival === undefined || slot === undefined) throw new Error(`account ${account} has no mailbox for a placement`);
    const key = { account, mailbox: mailboxId(slot.id) };
    this.#usage.count(arrival.address, { messages: 1, octets: record.octets });
    this.#write({ ...key, uid: slot.uid, modseq: arrival.modseq }, { ...message, content, savedAt: at });
    return { ...key, uid: asUid(slot.uid) };
  }

  /** Into a mailbox that was chosen by its id, under a modseq of the same act, which also counts it; undefined if it is gone. */
  put(key: { readonly account: AccountId; readonly mailbox: MailboxId; readonly modseq: number }, message: NewMessage):
    { readonly uid: Uid; readonly uidValidity: number } | undefined {
    const slot = this.#growById.get(...growthBy(key.modseq, message), key.account, key.mailbox);
    if (slot === undefined) return undefined;
    this.#write({ ...key, uid: slot.uid }, message);
    return { uid: asUid(slot.uid), uidValidity: slot.uidValidity };
  }

  #write(key: { readonly account: AccountId; readonly mailbox: MailboxId; readonly uid: number; readonly modseq: number }, message: NewMessage): void {
    const { flags, content, prefixStart, prefixEnd, octets, internalDate, savedAt } = message;
    const { account, mailbox, uid, modseq } = key;
    const checksum = joined(
      message.checksum,
      messageChecksum({ account, mailbox, uid, born: modseq, content, prefixStart, prefixEnd, octets, internalDate, savedAt }),
      // Field by field: whatever comes along with the flags has a modseq of its own.
      stateChecksum({ modseq, bits: flags.bits, keywords: flags.keywords }),
    );
    this.#insert.run(
      account, mailbox, uid, modseq, modseq, flags.bits, flags.keywords, content, prefixStart, prefixEnd, octets, internalDate, savedAt, checksum,
    );
    this.#changes.mailbox(account, mailbox);
  }
}

function growthBy(modseq: number, { flags, octets }: { readonly flags: StoredFlags; readonly octets: number }): Growth {
  return [modseq, (flags.bits & SEEN) === 0 ? 1 : 0, (flags.bits & DELETED) === 0 ? 0 : 1, octets];
}

/**
 * Ledger rows: the note of an acceptance with its entries, and a row for each later act.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { Placed } from '../../acceptance.ts';
import type { LetterId } from '../../ids.ts';
import type { Act, LedgerDetail, LedgerEntry } from '../../ledger.ts';
import type { MailboxKey } from '../../messages.ts';
import type { NoteRecord } from '../requests.ts';

/** A person's act on messages of a mailbox. */
export interface PersonalAct extends MailboxKey {
  readonly at: number;
  readonly act: Extract<Act, 'appended' | 'seen' | 'copied' | 'moved' | 'expunged' | 'restored'>;
  /** Only where it is one letter and known. */
  readonly letter?: LetterId;
  /** A UID set. */
  readonly uids: string;
  readonly detail: LedgerDetail;
}

export class LedgerTable {
  readonly #note: Statement<unknown[]>;
  readonly #placed: Statement<[id: number], { placed: string }>;
  readonly #setPlaced: Statement<[placed: string, id: number]>;
  readonly #insert: Statement<unknown[]>;

  constructor(db: Database) {
    this.#note = db.prepare(`
      INSERT INTO note (id, letter, at, sender, recipients, message_id, subject, octets, entries, placed, retry)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#placed = db.prepare('SELECT placed FROM note WHERE id = ?');
    this.#setPlaced = db.prepare('UPDATE note SET placed = ? WHERE id = ?');
    this.#insert = db.prepare(`
      INSERT INTO ledger (at, letter, account, mailbox, recipient, act, uids, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  }

  note(id: number, record: NoteRecord, placed: readonly Placed[]): void {
    this.#note.run(
      id, record.letter, record.at, record.sender, record.recipients, record.messageId, record.subject,
      record.octets, record.entries, placesText(placed), record.retry,
    );
  }

  /** Adds to where the letter was placed. */
  addPlaces(id: number, placed: readonly Placed[]): void {
    const row = this.#placed.get(id);
    if (row === undefined) return;
    const places: readonly (readonly number[])[] = [...JSON.parse(row.placed), ...JSON.parse(placesText(placed))];
    this.#setPlaced.run(JSON.stringify(places), id);
  }

  add(entries: readonly LedgerEntry[]): void {
    for (const { at, letter, account, recipient, act, detail } of entries) {
      this.#insert.run(at, letter ?? null, account ?? null, null, recipient ?? null, act, null, JSON.stringify(detail));
    }
  }

  addPersonal({ at, letter, account, mailbox, act, uids, detail }: PersonalAct): void {
    this.#insert.run(at, letter ?? null, account, mailbox, null, act, uids, JSON.stringify(detail));
  }
}

/** `[[account, mailbox, uid], …]`. */
function placesText(placed: readonly Placed[]): string {
  return JSON.stringify(placed.map(({ account, mailbox, uid }) => [account, mailbox, uid]));
}

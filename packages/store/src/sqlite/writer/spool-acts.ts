/**
 * The spool's acts: a letter comes under way, is leased, settled, and goes.
 *
 * waiting → leased (until t) → delivered | failed; held is off to the side. A letter keeps
 * count of its recipients that are not final, and whether an operator holds or cancelled it:
 * then what comes back from a courier to wait is held too, or has failed.
 */
import type { Database, Statement } from 'better-sqlite3';
import { letterId, type LetterId } from '../../ids.ts';
import type { LedgerEntry } from '../../ledger.ts';
import type { Remark, SettleAnswer, SettledRecipient, SpoolLetter, SpoolRecipient } from '../../spool.ts';
import { joined, recipientChecksum, spoolChecksum, type SpoolFields } from '../checksum.ts';
import type { LeaseGiven, RequestOf, SettleRequest } from '../requests.ts';
import type { Beliefs } from './beliefs.ts';
import type { Changes } from './changes.ts';
import type { ContentTable } from './contents.ts';
import type { LedgerTable } from './ledger.ts';
import type { Postbox } from './postbox.ts';
import type { BlockSequence } from './sequences.ts';
import { isCancelledLetter, isHeldLetter, type SpoolCommands } from './spool-commands.ts';

export interface SpoolParts {
  readonly beliefs: Beliefs;
  readonly changes: Changes;
  readonly commands: SpoolCommands;
  readonly contents: ContentTable;
  readonly leases: BlockSequence;
  readonly ledger: LedgerTable;
  readonly postbox: Postbox;
}

interface LetterRow {
  readonly id: number;
  readonly open: number;
  readonly isHeld: number;
}

/** How many due recipients are looked at in one step of a lease. */
const DUE_PAGE = 256;

export class SpoolActs {
  readonly #parts: SpoolParts;
  readonly #insert: Statement<unknown[]>;
  readonly #insertRecipient: Statement<unknown[]>;
  readonly #letter: Statement<[letter: string], LetterRow>;
  readonly #due: Statement<[now: number, limit: number, offset: number], { spool: number; letter: string; route: string }>;
  readonly #lease: Statement<[until: number, lease: number, spool: number, route: string, now: number]>;
  readonly #leased: Statement<[spool: number, position: number], { state: string; lease: number | null }>;
  readonly #settle: Statement<unknown[]>;
  readonly #opened: Statement<[more: number, spool: number]>;
  readonly #positions: Statement<[spool: number], { next: number }>;
  readonly #notified: Statement<[spool: number, position: number]>;
  readonly #delete: Statement<[spool: number]>;
  readonly #deleteRecipients: Statement<[spool: number]>;

  constructor(db: Database, parts: SpoolParts) {
    this.#parts = parts;
    this.#insert = db.prepare(`
      INSERT INTO spool (id, letter, accepted_at, reverse_path, body, is_smtp_utf8, is_tls_required, envelope_id, ret, prefix, expires_at, open, is_held, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`);
    this.#insertRecipient = db.prepare(`
      INSERT INTO spool_recipient (spool, position, address, route, notify, original_recipient, state, attempts, next_at, lease, remark, is_notified, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, NULL, NULL, 0, ?)`);
    this.#letter = db.prepare('SELECT id, open, is_held AS isHeld FROM spool WHERE letter = ?');
    this.#due = db.prepare(`
      SELECT r.spool, s.letter, r.route FROM spool_recipient r JOIN spool s ON s.id = r.spool
      WHERE r.state IN ('waiting', 'leased') AND r.next_at <= ? ORDER BY r.next_at, r.spool LIMIT ? OFFSET ?`);
    this.#lease = db.prepare(`
      UPDATE spool_recipient SET state = 'leased', next_at = ?, lease = ?
      WHERE spool = ? AND route = ? AND state IN ('waiting', 'leased') AND next_at <= ?`);
    this.#leased = db.prepare('SELECT state, lease FROM spool_recipient WHERE spool = ? AND position = ?');
    this.#settle = db.prepare(`
      UPDATE spool_recipient SET state = ?, next_at = ?, lease = NULL, attempts = attempts + ?, remark = ?,
        is_notified = is_notified AND ? WHERE spool = ? AND position = ?`);
    this.#opened = db.prepare('UPDATE spool SET open = open + ? WHERE id = ?');
    this.#positions = db.prepare('SELECT max(position) + 1 AS next FROM spool_recipient WHERE spool = ?');
    this.#notified = db.prepare('UPDATE spool_recipient SET is_notified = 1 WHERE spool = ? AND position = ?');
    this.#delete = db.prepare('DELETE FROM spool WHERE id = ?');
    this.#deleteRecipients = db.prepare('DELETE FROM spool_recipient WHERE spool = ?');
  }

  /** `checksum`: of the content's row. */
  add(id: number, spool: SpoolLetter, { letter, at, checksum }: { readonly letter: LetterId; readonly at: number; readonly checksum: number }): void {
    const fields: SpoolFields = {
      id, letter, acceptedAt: at, reversePath: spool.reversePath, body: spool.body,
      isSmtpUtf8: Number(spool.isSmtpUtf8), isTlsRequired: Number(spool.isTlsRequired),
      envelopeId: spool.envelopeId ?? null, ret: spool.ret ?? null, prefix: spool.prefix, expiresAt: spool.expiresAt,
    };
    this.#insert.run(
      id, letter, at, fields.reversePath, fields.body, fields.isSmtpUtf8, fields.isTlsRequired, fields.envelopeId, fields.ret, fields.prefix,
      fields.expiresAt, spool.recipients.length, joined(checksum, spoolChecksum(fields)),
    );
    this.#addRecipients(id, spool.recipients, { from: 0, state: 'waiting' });
    this.#parts.changes.spool();
  }

  #addRecipients(
    id: number, recipients: readonly SpoolRecipient[],
    { from, state }: { readonly from: number; readonly state: 'waiting' | 'held' },
  ): void {
    for (const [index, { address, route, nextAt, ...recipient }] of recipients.entries()) {
      const position = from + index;
      const notify = recipient.notify === undefined ? null : JSON.stringify(recipient.notify);
      const originalRecipient = recipient.originalRecipient ?? null;
      const checksum = recipientChecksum({ spool: id, position, address, route, notify, originalRecipient });
      this.#insertRecipient.run(id, position, address, route, notify, originalRecipient, state, nextAt, checksum);
    }
  }

  lease({ now, until, limit, without }: RequestOf<'lease'>): readonly LeaseGiven[] {
    const full = new Set(without);
    const errands = new Map<string, { readonly spool: number; readonly letter: string; readonly route: string }>();
    for (let offset = 0; errands.size < limit; offset += DUE_PAGE) {
      const page = this.#due.all(now, DUE_PAGE, offset);
      for (const row of page) {
        if (errands.size < limit && !full.has(row.route)) errands.set(`${row.spool} ${row.route}`, row);
      }
      if (page.length < DUE_PAGE) break;
    }
    return [...errands.values()].map(({ spool, letter, route }) => {
      const lease = this.#parts.leases.next();
      this.#lease.run(until, lease, spool, route, now);
      return { letter: letterId(letter), route, lease };
    });
  }

  settle(request: SettleRequest): SettleAnswer {
    const { beliefs, commands, contents, ledger, postbox } = this.#parts;
    const row = this.#letter.get(request.letter);
    if (row === undefined || !this.#isHeldBy(row.id, request)) return { kind: 'lease-lost' };
    const belief = beliefs.broken(request.beliefs);
    if (belief !== undefined) return { kind: 'changed', belief };
    if (request.placements.length > 0) {
      const { start, octets, checksum } = contents.extendPrefixes(row.id, request.prefixes);
      contents.retain(row.id, request.placements.length);
      const at = request.ledger[0]?.at ?? request.placements[0]?.internalDate ?? 0;
      const placed = request.placements.map((placement) => postbox.place({
        ...placement,
        prefixStart: start + placement.prefixStart,
        prefixEnd: start + placement.prefixEnd,
        octets: octets + placement.octets,
        checksum: joined(checksum, placement.checksum),
      }, { content: row.id, at }));
      ledger.addPlaces(row.id, placed);
    }
    const waiting = isHeldLetter(row.isHeld) ? 'held' : 'waiting';
    const finals = request.recipients.filter((recipient) => this.#settleOne(row.id, recipient, waiting));
    if (request.onward.length > 0) {
      this.#addRecipients(row.id, request.onward, { from: this.#positions.get(row.id)?.next ?? 0, state: waiting });
    }
    const opened = request.onward.length - finals.length;
    if (opened !== 0) this.#opened.run(opened, row.id);
    const cancelled = isCancelledLetter(row.isHeld) ? commands.failWaiting(row.id) : 0;
    ledger.add(request.ledger);
    this.#parts.changes.spool();
    return { kind: 'settled', isFinal: row.open + opened - cancelled === 0 };
  }

  /** The lease holds while nobody else was given the recipients, even when its time is over. */
  #isHeldBy(id: number, { lease, recipients }: SettleRequest): boolean {
    return recipients.every(({ index }) => {
      const row = this.#leased.get(id, index);
      return row?.state === 'leased' && row.lease === lease;
    });
  }

  /** Whether it is final now. */
  #settleOne(id: number, recipient: SettledRecipient, waiting: 'waiting' | 'held'): boolean {
    const { index, state, nextAt, remark, isAttempt } = recipient;
    const isFinal = state !== 'waiting';
    // A notice is about a state: what was told of the delay says nothing of the end.
    this.#settle.run(
      isFinal ? state : waiting, nextAt, Number(isAttempt), JSON.stringify(remark satisfies Remark), Number(!isFinal), id, index,
    );
    return isFinal;
  }

  conclude(letter: LetterId, entries: readonly LedgerEntry[]): boolean {
    if (!this.remove(letter)) return false;
    this.#parts.ledger.add(entries);
    return true;
  }

  /** Removes a letter that is finished. False if it is not, or not there. */
  remove(letter: LetterId): boolean {
    const row = this.#letter.get(letter);
    if (row === undefined || row.open > 0) return false;
    this.#delete.run(row.id);
    this.#deleteRecipients.run(row.id);
    this.#parts.contents.release(row.id);
    this.#parts.changes.spool();
    return true;
  }

  /** About a letter, whether it is still under way or not. */
  note(entry: LedgerEntry): null {
    this.#parts.ledger.add([entry]);
    return null;
  }

  notified(letter: LetterId, indexes: readonly number[]): void {
    const row = this.#letter.get(letter);
    if (row === undefined) return;
    for (const index of indexes) this.#notified.run(row.id, index);
  }
}

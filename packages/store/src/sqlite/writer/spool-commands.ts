/**
 * What an operator does to letters under way (retry, hold, release, cancel), and what a crash did.
 */
import type { Database, Statement } from 'better-sqlite3';
import { letterId, type LetterId } from '../../ids.ts';
import type { Act } from '../../ledger.ts';
import type { Remark } from '../../spool.ts';
import type { RequestOf } from '../requests.ts';
import type { Changes } from './changes.ts';
import type { LedgerTable } from './ledger.ts';

type Command = RequestOf<'command'>;

interface Row {
  readonly id: number;
  readonly letter: string;
}

const ACTS: Readonly<Record<Command['what'], Act>> = {
  retry: 'retried', hold: 'held', release: 'released', cancel: 'cancelled',
};

/** In `is_held`: what comes back from a courier to wait is held, or has failed. */
const HELD = 1;
const CANCELLED_LETTER = 2;

/** RFC 3463 §3.1: other or undefined status; nobody refused it. */
const CANCELLED: Remark = { code: 0, status: '5.0.0', text: 'cancelled by the operator', host: '' };

export function isHeldLetter(isHeld: number): boolean {
  return isHeld === HELD;
}

export function isCancelledLetter(isHeld: number): boolean {
  return isHeld === CANCELLED_LETTER;
}

export class SpoolCommands {
  readonly #changes: Changes;
  readonly #ledger: LedgerTable;
  readonly #all: Statement<[], Row>;
  readonly #one: Statement<[letter: string], Row>;
  readonly #retry: Statement<[at: number, spool: number]>;
  readonly #holdLetter: Statement<[spool: number]>;
  readonly #hold: Statement<[spool: number]>;
  readonly #releaseLetter: Statement<[spool: number]>;
  readonly #release: Statement<[at: number, spool: number]>;
  readonly #cancelLetter: Statement<[spool: number]>;
  readonly #cancel: Statement<[remark: string, spool: number]>;
  readonly #carried: Statement<[spool: number], { count: number }>;
  readonly #cancelled: Statement<[], { id: number }>;
  readonly #close: Statement<[closed: number, spool: number]>;
  readonly #interrupt: Statement<[at: number], { spool: number; address: string }>;
  readonly #letter: Statement<[spool: number], { letter: string }>;

  constructor(db: Database, { changes, ledger }: { readonly changes: Changes; readonly ledger: LedgerTable }) {
    this.#changes = changes;
    this.#ledger = ledger;
    this.#all = db.prepare('SELECT id, letter FROM spool WHERE open > 0 ORDER BY id');
    this.#one = db.prepare('SELECT id, letter FROM spool WHERE letter = ? AND open > 0');
    this.#retry = db.prepare(`UPDATE spool_recipient SET next_at = ? WHERE spool = ? AND state = 'waiting'`);
    this.#holdLetter = db.prepare(`UPDATE spool SET is_held = ${HELD} WHERE id = ? AND is_held = 0`);
    this.#hold = db.prepare(`UPDATE spool_recipient SET state = 'held' WHERE spool = ? AND state = 'waiting'`);
    this.#releaseLetter = db.prepare(`UPDATE spool SET is_held = 0 WHERE id = ? AND is_held = ${HELD}`);
    this.#release = db.prepare(`UPDATE spool_recipient SET state = 'waiting', next_at = ? WHERE spool = ? AND state = 'held'`);
    this.#cancelLetter = db.prepare(`UPDATE spool SET is_held = ${CANCELLED_LETTER} WHERE id = ? AND is_held <> ${CANCELLED_LETTER}`);
    this.#cancel = db.prepare(`
      UPDATE spool_recipient SET state = 'failed', remark = ?, is_notified = 0 WHERE spool = ? AND state IN ('waiting', 'held')`);
    this.#carried = db.prepare(`SELECT count(*) AS count FROM spool_recipient WHERE spool = ? AND state = 'leased'`);
    this.#cancelled = db.prepare(`SELECT id FROM spool WHERE is_held = ${CANCELLED_LETTER} AND open > 0`);
    this.#close = db.prepare('UPDATE spool SET open = open - ? WHERE id = ?');
    this.#interrupt = db.prepare(`
      UPDATE spool_recipient SET lease = NULL, next_at = ?,
        state = CASE WHEN (SELECT is_held FROM spool WHERE id = spool_recipient.spool) = ${HELD} THEN 'held' ELSE 'waiting' END
      WHERE state = 'leased' RETURNING spool, address`);
    this.#letter = db.prepare('SELECT letter FROM spool WHERE id = ?');
  }

  /** The letters that it applied to. */
  run({ what, letters, at }: Command): readonly LetterId[] {
    const rows = letters === null ? this.#all.all() : letters.flatMap((letter) => this.#one.all(letter));
    const done = rows.filter(({ id }) => this.#apply(what, id, at)).map(({ letter }) => letterId(letter));
    this.#ledger.add(done.map((letter) => ({ at, letter, act: ACTS[what], detail: {} })));
    if (done.length > 0) this.#changes.spool();
    return done;
  }

  /**
   * When the books are opened nobody carries anything any more: what was leased is tried again
   * at once. The other host may have taken it already, so the ledger says so. How many recipients.
   */
  interrupt(at: number): number {
    const rows = this.#interrupt.all(at);
    this.#ledger.add(rows.flatMap(({ spool, address }) => {
      const letter = this.#letter.get(spool)?.letter;
      return letter === undefined ? [] : { at, letter: letterId(letter), recipient: address, act: 'interrupted' as const, detail: {} };
    }));
    for (const { id } of this.#cancelled.all()) this.failWaiting(id);
    return rows.length;
  }

  /** What waits or is held of a cancelled letter has failed. How many recipients. */
  failWaiting(id: number): number {
    const { changes } = this.#cancel.run(JSON.stringify(CANCELLED), id);
    this.#close.run(changes, id);
    return changes;
  }

  #apply(what: Command['what'], id: number, at: number): boolean {
    switch (what) {
      case 'retry': return this.#retry.run(at, id).changes > 0;
      case 'hold': {
        const isNew = this.#holdLetter.run(id).changes > 0;
        this.#hold.run(id);
        return isNew;
      }
      case 'release': {
        const wasHeld = this.#releaseLetter.run(id).changes > 0;
        this.#release.run(at, id);
        return wasHeld;
      }
      case 'cancel': {
        // What is being carried may be delivered at this very moment: it fails when it comes back undelivered.
        const isNew = this.#cancelLetter.run(id).changes > 0;
        const failed = this.failWaiting(id);
        return failed > 0 || (isNew && (this.#carried.get(id)?.count ?? 0) > 0);
      }
      default: throw new Error(`unknown command ${String(what satisfies never)}`);
    }
  }
}

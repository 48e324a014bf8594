/**
 * Deleted letters, read: what could be put back, and what a mailbox held at a moment.
 */
import type { DeletedLetter, ExpireAnswer, Fate, FormerLetter, FormerMailbox, Kept, RestoreAct, RestoreAnswer } from '../kept.ts';
import { letterId, uid } from '../ids.ts';
import type { Carrier } from './carrier.ts';
import { readFlags } from './flag-bits.ts';
import type { Query, Reader } from './reader.ts';

interface DeletedRow {
  readonly letter: string;
  readonly mailbox: string;
  readonly deletedAt: number;
  readonly internalDate: number;
  readonly octets: number;
  readonly summary: string;
}

interface FormerRow {
  readonly uid: number;
  readonly letter: string;
  readonly bits: number;
  readonly keywords: string | null;
  readonly internalDate: number;
  readonly savedAt: number;
  readonly octets: number;
  readonly summary: string;
  /** Null: it is where it was. */
  readonly goneAt: number | null;
  readonly toMailbox: number | null;
  readonly toName: string | null;
}

interface Place {
  readonly id: number;
  readonly removedAt: number | null;
}

type Page = [account: number, mailbox: number, at: number, after: number, limit: number];

/** A parameter, and nobody where the account was removed: its letters are swept away later. */
const ACCOUNT = '(SELECT id FROM account WHERE id = ?)';

export class SqliteKept implements Kept {
  readonly #db: Reader;
  readonly #carrier: Carrier;
  readonly #undeleteMs: number;
  readonly #deleted: Query<[account: number, since: number, account: number, since: number, limit: number], DeletedRow>;
  readonly #places: Query<[account: number, name: string, account: number, name: string, at: number], Place>;
  readonly #here: Query<Page, FormerRow>;
  readonly #gone: Query<[account: number, mailbox: number, at: number, at: number, after: number, limit: number], FormerRow>;

  constructor(db: Reader, { carrier, undeleteMs }: { readonly carrier: Carrier; readonly undeleteMs: number }) {
    this.#db = db;
    this.#carrier = carrier;
    this.#undeleteMs = undeleteMs;
    this.#deleted = db.prepare(`
      SELECT c.letter, coalesce(b.name, r.name, 'INBOX') AS mailbox, g.gone_at AS deletedAt, g.internal_date AS internalDate, g.octets, c.summary
      FROM gone g JOIN content c ON c.id = g.content
      LEFT JOIN mailbox b ON b.account = g.account AND b.id = g.mailbox LEFT JOIN removed_mailbox r ON r.account = g.account AND r.id = g.mailbox
      WHERE g.account = ${ACCOUNT} AND g.to_mailbox IS NULL AND g.gone_at >= ?
      UNION ALL
      SELECT c.letter, r.name, r.removed_at, m.internal_date, m.octets, c.summary
      FROM removed_mailbox r JOIN message m ON m.account = r.account AND m.mailbox = r.id JOIN content c ON c.id = m.content
      WHERE r.account = ${ACCOUNT} AND r.removed_at >= ? ORDER BY 3 DESC, 4 DESC LIMIT ?`);
    this.#places = db.prepare(`
      SELECT id, NULL AS removedAt FROM mailbox WHERE account = ? AND name = ?
      UNION ALL SELECT id, removed_at FROM removed_mailbox WHERE account = ${ACCOUNT} AND name = ? AND removed_at > ? ORDER BY 1`);
    this.#here = db.prepare(`
      SELECT m.uid, c.letter, m.flags AS bits, m.keywords, m.internal_date AS internalDate, m.saved_at AS savedAt, m.octets, c.summary,
        NULL AS goneAt, NULL AS toMailbox, NULL AS toName
      FROM message m JOIN content c ON c.id = m.content WHERE m.account = ? AND m.mailbox = ? AND m.saved_at <= ? AND m.uid > ? ORDER BY m.uid LIMIT ?`);
    this.#gone = db.prepare(`
      SELECT g.uid, c.letter, g.flags AS bits, g.keywords, g.internal_date AS internalDate, g.saved_at AS savedAt, g.octets, c.summary,
        g.gone_at AS goneAt, g.to_mailbox AS toMailbox, b.name AS toName
      FROM gone g JOIN content c ON c.id = g.content LEFT JOIN mailbox b ON b.account = g.account AND b.id = g.to_mailbox
      WHERE g.account = ? AND g.mailbox = ? AND g.saved_at <= ? AND g.gone_at > ? AND g.uid > ? ORDER BY g.uid LIMIT ?`);
  }

  async deleted({ account, since, now, limit }: Parameters<Kept['deleted']>[0]): Promise<readonly DeletedLetter[]> {
    const from = Math.max(since, this.#keptSince(now));
    return this.#deleted.all(account, from, account, from, limit)
      .map(({ letter, summary, ...row }) => ({ ...row, letter: letterId(letter), summary: JSON.parse(summary) }));
  }

  async asOf({ account, mailbox, at, now, after, limit }: Parameters<Kept['asOf']>[0]): Promise<FormerMailbox> {
    const since = this.#keptSince(now);
    if (at < since) return { kind: 'too-long-ago', since };
    return this.#db.atOnce(() => {
      const places = this.#places.all(account, mailbox, account, mailbox, at);
      if (places.length === 0) return { kind: 'no-mailbox' };
      const letters = places.flatMap(({ id, removedAt }) => [
        ...this.#here.all(account, id, at, after, limit).map((row) => former(row, removedAt)),
        ...this.#gone.all(account, id, at, at, after, limit).map((row) => former(row, removedAt)),
      ]);
      const sorted = letters.toSorted((a, b) => a.uid - b.uid);
      // Two mailboxes that bore the name one after the other may have had the same UIDs.
      const last = sorted[limit - 1]?.uid ?? Number.POSITIVE_INFINITY;
      return { kind: 'mailbox', letters: sorted.filter(({ uid: one }) => one <= last) };
    });
  }

  expire({ rules, past, at }: Parameters<Kept['expire']>[0]): Promise<ExpireAnswer> {
    return this.#carrier.submit({ kind: 'expire', rules, past: past ?? null, at });
  }

  restore({ letters, mailbox, into, since, at, account }: RestoreAct): Promise<RestoreAnswer> {
    return this.#carrier.submit({
      kind: 'restore', account, at, since: Math.max(since, this.#keptSince(at)),
      letters: letters ?? null, mailbox: mailbox ?? null, into: into ?? null,
    });
  }

  #keptSince(now: number): number {
    return now - this.#undeleteMs;
  }
}

function former(row: FormerRow, removedAt: number | null): FormerLetter {
  const { letter, summary, bits, keywords, internalDate, savedAt, octets } = row;
  return {
    uid: uid(row.uid), letter: letterId(letter), flags: readFlags({ bits, keywords }), internalDate, savedAt, octets,
    summary: JSON.parse(summary), fate: fateOf(row, removedAt),
  };
}

function fateOf({ goneAt, toMailbox, toName }: FormerRow, removedAt: number | null): Fate {
  if (goneAt === null) return removedAt === null ? { kind: 'here' } : { kind: 'deleted', at: removedAt };
  if (toMailbox === null) return { kind: 'deleted', at: goneAt };
  return { kind: 'moved', at: goneAt, ...(toName === null ? {} : { to: toName }) };
}

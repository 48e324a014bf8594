/**
 * The spool: read here, changed by the writer.
 */
import { contentId, letterId, type LetterId } from '../ids.ts';
import type { LedgerEntry } from '../ledger.ts';
import type { Errand, RecipientState, SettleAnswer, Settlement, Spool, SpooledLetter, SpooledRecipient } from '../spool.ts';
import { settleRequest } from './accept.ts';
import type { Carrier } from './carrier.ts';
import { NoteFinder } from './note-finder.ts';
import { letterKey } from './note-keys.ts';
import type { Query, Reader } from './reader.ts';
import type { LeaseGiven } from './requests.ts';

interface LetterRow {
  readonly id: number;
  readonly letter: string;
  readonly acceptedAt: number;
  readonly reversePath: string | null;
  readonly body: SpooledLetter['body'];
  readonly isSmtpUtf8: number;
  readonly isTlsRequired: number;
  readonly envelopeId: string | null;
  readonly ret: 'FULL' | 'HDRS' | null;
  readonly prefix: Buffer;
  readonly expiresAt: number;
  readonly contentOctets: number;
  readonly cuts: string | null;
  readonly summary: string;
}

interface RecipientRow {
  readonly position: number;
  readonly address: string;
  readonly route: string;
  readonly notify: string | null;
  readonly originalRecipient: string | null;
  readonly state: RecipientState;
  readonly attempts: number;
  readonly nextAt: number;
  readonly remark: string | null;
  readonly isNotified: number;
}

const LETTER = `
  SELECT s.id, s.letter, s.accepted_at AS acceptedAt, s.reverse_path AS reversePath, s.body, s.is_smtp_utf8 AS isSmtpUtf8,
    s.is_tls_required AS isTlsRequired, s.envelope_id AS envelopeId, s.ret, s.prefix, s.expires_at AS expiresAt,
    c.size AS contentOctets, c.cuts, c.summary
  FROM spool s JOIN content c ON c.id = s.id`;
const RECIPIENT = `
  SELECT position, address, route, notify, original_recipient AS originalRecipient, state, attempts,
    next_at AS nextAt, remark, is_notified AS isNotified
  FROM spool_recipient WHERE spool = ?`;

export class SqliteSpool implements Spool {
  readonly #db: Reader;
  readonly #carrier: Carrier;
  readonly #nextDue: Query<[], { due: number | null }>;
  readonly #letter: Query<[letter: string], LetterRow>;
  readonly #recipients: Query<[spool: number], RecipientRow>;
  readonly #leased: Query<[spool: number, lease: number], RecipientRow>;
  readonly #finished: Query<[limit: number], LetterRow>;
  readonly #list: Query<[after: number, limit: number], LetterRow>;
  readonly #finder: NoteFinder;
  readonly #letters: Query<[], { letters: number }>;
  readonly #states: Query<[], { state: RecipientState; recipients: number }>;

  constructor(db: Reader, carrier: Carrier) {
    this.#db = db;
    this.#carrier = carrier;
    this.#nextDue = db.prepare(`SELECT min(next_at) AS due FROM spool_recipient WHERE state IN ('waiting', 'leased')`);
    this.#letter = db.prepare(`${LETTER} WHERE s.letter = ?`);
    this.#recipients = db.prepare(`${RECIPIENT} ORDER BY position`);
    this.#leased = db.prepare(`${RECIPIENT} AND state = 'leased' AND lease = ? ORDER BY position`);
    this.#finished = db.prepare(`${LETTER} WHERE s.open = 0 ORDER BY s.id LIMIT ?`);
    this.#list = db.prepare(`${LETTER} WHERE s.id > ? ORDER BY s.id LIMIT ?`);
    // The ledger remembers the place of a letter that has left the spool meanwhile.
    this.#finder = new NoteFinder(db);
    this.#letters = db.prepare('SELECT count(*) AS letters FROM spool');
    this.#states = db.prepare('SELECT state, count(*) AS recipients FROM spool_recipient GROUP BY state');
  }

  async lease(request: Parameters<Spool['lease']>[0]): Promise<readonly Errand[]> {
    const due = this.#nextDue.get()?.due ?? null;
    // Nothing to write when nothing is due.
    if (due === null || due > request.now) return [];
    const given = await this.#carrier.submit({ kind: 'lease', ...request });
    return given.flatMap((lease) => this.#errand(lease, request.until) ?? []);
  }

  /** Undefined if an operator was quicker. */
  #errand({ letter, route, lease }: LeaseGiven, until: number): Errand | undefined {
    const row = this.#letter.get(letter);
    if (row === undefined) return undefined;
    const recipients = this.#leased.all(row.id, lease).map(readRecipient);
    return recipients.length === 0 ? undefined : { letter: readLetter(row), route, recipients, lease, until };
  }

  settle(settlement: Settlement): Promise<SettleAnswer> {
    return this.#carrier.submit(settleRequest(settlement));
  }

  async nextDue(): Promise<number | undefined> {
    return this.#nextDue.get()?.due ?? undefined;
  }

  async finished(limit: number): Promise<readonly SpooledLetter[]> {
    return this.#db.atOnce(() => this.#finished.all(limit).map((row) => this.#whole(row)));
  }

  conclude(letter: LetterId, ledger: readonly LedgerEntry[]): Promise<boolean> {
    return this.#carrier.submit({ kind: 'conclude', letter, ledger });
  }

  async markNotified(letter: LetterId, indexes: readonly number[]): Promise<void> {
    await this.#carrier.submit({ kind: 'notified', letter, indexes });
  }

  async list({ after, limit }: { readonly after?: LetterId; readonly limit: number }): Promise<readonly SpooledLetter[]> {
    const from = after === undefined ? 0 : this.#finder.find([letterKey(after)], 1)[0] ?? 0;
    return this.#db.atOnce(() => this.#list.all(from, limit).map((row) => this.#whole(row)));
  }

  async get(letter: LetterId): Promise<SpooledLetter | undefined> {
    return this.#db.atOnce(() => {
      const row = this.#letter.get(letter);
      return row && this.#whole(row);
    });
  }

  command({ what, letters, at }: Parameters<Spool['command']>[0]): Promise<readonly LetterId[]> {
    return this.#carrier.submit({ kind: 'command', what, letters: letters ?? null, at });
  }

  async counts(): ReturnType<Spool['counts']> {
    return this.#db.atOnce(() => {
      const states = new Map(this.#states.all().map(({ state, recipients }) => [state, recipients]));
      const [waiting, leased, held] = [states.get('waiting') ?? 0, states.get('leased') ?? 0, states.get('held') ?? 0];
      return { letters: this.#letters.get()?.letters ?? 0, recipients: waiting + leased + held, waiting, held };
    });
  }

  #whole(row: LetterRow): SpooledLetter {
    return { ...readLetter(row), recipients: this.#recipients.all(row.id).map(readRecipient) };
  }
}

function readLetter(row: LetterRow): Omit<SpooledLetter, 'recipients'> {
  const { id, letter, isSmtpUtf8, isTlsRequired, envelopeId, ret, cuts, summary, ...same } = row;
  return {
    ...same,
    letter: letterId(letter),
    content: contentId(id),
    isSmtpUtf8: isSmtpUtf8 === 1,
    isTlsRequired: isTlsRequired === 1,
    ...(envelopeId === null ? {} : { envelopeId }),
    ...(ret === null ? {} : { ret }),
    cuts: cuts === null ? [] : JSON.parse(cuts),
    summary: JSON.parse(summary),
  };
}

function readRecipient(row: RecipientRow): SpooledRecipient {
  const { position, address, route, notify, originalRecipient, state, attempts, nextAt, remark, isNotified } = row;
  return {
    index: position, address, route, state, attempts, nextAt,
    ...(notify === null ? {} : { notify: JSON.parse(notify) }),
    ...(originalRecipient === null ? {} : { originalRecipient }),
    ...(remark === null ? {} : { remark: JSON.parse(remark) }),
    isNotified: isNotified === 1,
  };
}

/**
 * Says whether a row of a mailbox, or of the spool, is as it was written.
 */
import type { Database, Statement } from 'better-sqlite3';
import {
  contentChecksum, type ContentFields, goneChecksum, type GoneFields, joined, messageChecksum, type MessageFields, type MessageState, prefixChecksum, recipientChecksum,
  type RecipientFields, spoolChecksum, type SpoolFields, stateChecksum,
} from '../checksum.ts';
import { messageOf } from './content-judge.ts';

type MessageRow = MessageFields & MessageState & { readonly checksum: number | null };
type GoneRow = GoneFields & { readonly checksum: number; readonly toMailbox: number | null };
type LetterRow = ContentFields & { readonly cut: Buffer | null };
type SpoolRow = SpoolFields & { readonly checksum: number | null; readonly open: number };
type RecipientRow = RecipientFields & { readonly checksum: number | null; readonly state: string };

export interface JudgedMessage {
  /** Undefined: it is as it was written, its content's octets aside. */
  readonly why?: string;
  /** As far as the row can be read. */
  readonly row?: MessageRow;
  readonly letter?: string;
}

export interface JudgedGone {
  /** Undefined: it is as it was written, its content's octets aside. */
  readonly why?: string;
  readonly letter?: string;
  /** Account, mailbox, UID. */
  readonly place?: readonly [number, number, number];
  readonly content?: number;
  /** Into another mailbox, which has its content. */
  readonly isMoved: boolean;
}

const FINAL: ReadonlySet<string> = new Set(['delivered', 'failed']);
const STATES: ReadonlySet<string> = new Set(['waiting', 'leased', 'held', ...FINAL]);
const NOT_AS_WRITTEN = 'its row is not as it was written';

export class MessageJudge {
  readonly #message: Statement<unknown[], MessageRow>;
  readonly #gone: Statement<[id: number], GoneRow>;
  readonly #letter: Statement<[start: number, octets: number, content: number], LetterRow>;
  readonly #spooled: Statement<[id: number], SpoolRow>;
  readonly #recipients: Statement<[spool: number], RecipientRow>;

  constructor(db: Database) {
    this.#message = db.prepare(`
      SELECT account, mailbox, uid, born, modseq, flags AS bits, keywords, content, prefix_start AS prefixStart, prefix_end AS prefixEnd, octets,
        internal_date AS internalDate, saved_at AS savedAt, checksum
      FROM message WHERE account = ? AND mailbox = ? AND uid = ?`);
    this.#gone = db.prepare(`
      SELECT account, mailbox, uid, flags AS bits, keywords, content, prefix_start AS prefixStart, prefix_end AS prefixEnd, octets,
        internal_date AS internalDate, saved_at AS savedAt, to_mailbox AS toMailbox, checksum
      FROM gone WHERE id = ?`);
    this.#letter = db.prepare('SELECT letter, size, sha256, cuts, summary, substr(prefixes, ? + 1, ?) AS cut FROM content WHERE id = ?');
    this.#spooled = db.prepare(`
      SELECT id, letter, accepted_at AS acceptedAt, reverse_path AS reversePath, body, is_smtp_utf8 AS isSmtpUtf8, is_tls_required AS isTlsRequired,
        envelope_id AS envelopeId, ret, prefix, expires_at AS expiresAt, open, checksum
      FROM spool WHERE id = ?`);
    this.#recipients = db.prepare(`
      SELECT spool, position, address, route, notify, original_recipient AS originalRecipient, state, checksum
      FROM spool_recipient WHERE spool = ? ORDER BY position`);
  }

  /** Undefined: there is no such message. */
  message(key: readonly number[]): JudgedMessage | undefined {
    let row: MessageRow | undefined;
    let letter: LetterRow | undefined;
    try {
      row = this.#message.get(...key);
      if (row === undefined) return undefined;
      letter = this.#letterOf(row.content, { start: row.prefixStart, end: row.prefixEnd });
    } catch (error) {
      return { why: `its row cannot be read (${messageOf(error)})`, ...(row === undefined ? {} : { row }) };
    }
    if (letter === undefined) return { why: 'its content is missing', row };
    const known = { row, letter: letter.letter };
    const checksum = joined(contentChecksum(letter), prefixChecksum(letter.cut ?? Buffer.alloc(0)), messageChecksum(row), stateChecksum(row));
    return checksum === row.checksum ? known : { ...known, why: NOT_AS_WRITTEN };
  }

  /** A message that left its mailbox. Undefined: there is none of that number. */
  gone(id: number): JudgedGone | undefined {
    try {
      const row = this.#gone.get(id);
      if (row === undefined) return undefined;
      const { account, mailbox, uid, content, toMailbox } = row;
      const known = { place: [account, mailbox, uid], content, isMoved: toMailbox !== null } as const;
      const letter = this.#letterOf(content, { start: row.prefixStart, end: row.prefixEnd });
      if (letter === undefined) return { ...known, why: 'its content is missing' };
      const checksum = joined(contentChecksum(letter), prefixChecksum(letter.cut ?? Buffer.alloc(0)), goneChecksum(row));
      return checksum === row.checksum ? { ...known, letter: letter.letter } : { ...known, letter: letter.letter, why: NOT_AS_WRITTEN };
    } catch (error) {
      return { why: `its row cannot be read (${messageOf(error)})`, isMoved: false };
    }
  }

  /** Undefined: there is no such letter in the spool. */
  spooled(id: number): { readonly why?: string; readonly letter?: string } | undefined {
    try {
      const row = this.#spooled.get(id);
      if (row === undefined) return undefined;
      const letter = row.letter;
      const content = this.#letterOf(id, { start: 0, end: 0 });
      if (content === undefined) return { letter, why: 'its content is missing' };
      if (joined(contentChecksum(content), spoolChecksum(row)) !== row.checksum) return { letter, why: NOT_AS_WRITTEN };
      const recipients = this.#recipients.all(id);
      const isWhole = recipients.every((one, position) => one.position === position && STATES.has(one.state) && recipientChecksum(one) === one.checksum)
        && recipients.length > 0 && recipients.filter(({ state }) => !FINAL.has(state)).length === row.open;
      return isWhole ? { letter } : { letter, why: 'its recipients are not as they were written' };
    } catch (error) {
      return { why: `its row cannot be read (${messageOf(error)})` };
    }
  }

  #letterOf(content: number, { start, end }: { readonly start: number; readonly end: number }): LetterRow | undefined {
    const row = this.#letter.get(start, Math.max(0, end - start), content);
    // What is no text or no octets any more cannot be summed.
    if (row !== undefined && (typeof row.summary !== 'string' || !Buffer.isBuffer(row.sha256))) throw new TypeError('a field of another kind');
    return row;
  }
}

/**
 * Letters with their copies, read from the index that leads from contents to messages.
 */
import { accountId, contentId, letterId, mailboxId, modseq, uid } from '../ids.ts';
import type { AccountId, LetterId } from '../ids.ts';
import { COPIES_MAX } from '../letters.ts';
import type { LetterCopy, LetterRow, Letters } from '../letters.ts';
import { readFlags, SEEN } from './flag-bits.ts';
import { NoteFinder } from './note-finder.ts';
import { letterKey } from './note-keys.ts';
import type { Query, Reader } from './reader.ts';

interface ContentRow {
  readonly letter: string;
  readonly contentOctets: number;
  /** JSON, as is all that the other tables keep as text. */
  readonly cuts: string | null;
  readonly summary: string;
  readonly sender: string | null;
  readonly recipients: string | null;
}

interface CopyRow {
  readonly account: number;
  readonly address: string;
  readonly mailbox: number;
  readonly mailboxName: string;
  readonly uid: number;
  readonly modseq: number;
  readonly bits: number;
  readonly keywords: string | null;
  readonly octets: number;
  readonly internalDate: number;
  readonly prefix: Buffer | null;
}

interface CountsRow {
  readonly letters: number;
  readonly unseen: number;
  readonly octets: number;
}

type Found = { readonly content: number };

export class SqliteLetters implements Letters {
  readonly #db: Reader;
  readonly #finder: NoteFinder;
  readonly #newest: Query<[past: number, limit: number], Found>;
  readonly #oldest: Query<[past: number, limit: number], Found>;
  readonly #newestOf: Query<[account: number, past: number, limit: number], Found>;
  readonly #oldestOf: Query<[account: number, past: number, limit: number], Found>;
  readonly #content: Query<[content: number], ContentRow>;
  readonly #copies: Query<[content: number, limit: number], CopyRow>;
  readonly #appended: Query<[letter: string], Found>;
  readonly #counts: Query<[], CountsRow>;
  readonly #countsOf: Query<[account: number], CountsRow>;

  constructor(db: Reader) {
    this.#db = db;
    this.#finder = new NoteFinder(db);
    // Messages of a mailbox that is gone are swept away in their own time.
    const isThere = 'EXISTS (SELECT 1 FROM mailbox b WHERE b.account = m.account AND b.id = m.mailbox)';
    const all = `SELECT DISTINCT content FROM message m INDEXED BY message_content WHERE ${isThere} AND content`;
    this.#newest = db.prepare(`${all} < ? ORDER BY content DESC LIMIT ?`);
    this.#oldest = db.prepare(`${all} > ? ORDER BY content LIMIT ?`);
    // The plus keeps SQLite off the index over all accounts: one account's messages lie together.
    const own = `SELECT DISTINCT content FROM message m WHERE ${isThere} AND account = ? AND +content`;
    this.#newestOf = db.prepare(`${own} < ? ORDER BY +content DESC LIMIT ?`);
    this.#oldestOf = db.prepare(`${own} > ? ORDER BY +content LIMIT ?`);
    this.#content = db.prepare(`
      SELECT c.letter, c.size AS contentOctets, c.cuts, c.summary, n.sender, n.recipients
      FROM content c LEFT JOIN note n ON n.id = c.id WHERE c.id = ?`);
    this.#copies = db.prepare(`
      SELECT m.account, a.address, m.mailbox, b.name AS mailboxName, m.uid, m.modseq, m.flags AS bits, m.keywords, m.octets,
        m.internal_date AS internalDate, substr(c.prefixes, m.prefix_start + 1, m.prefix_end - m.prefix_start) AS prefix
      FROM message m INDEXED BY message_content JOIN content c ON c.id = m.content
      JOIN mailbox b ON b.account = m.account AND b.id = m.mailbox JOIN account a ON a.id = m.account
      WHERE m.content = ? ORDER BY m.account, m.mailbox, m.uid LIMIT ?`);
    this.#appended = db.prepare(`
      SELECT m.content FROM ledger l JOIN message m ON m.account = l.account AND m.mailbox = l.mailbox AND m.uid = CAST(l.uids AS INTEGER)
      WHERE l.letter = ? AND l.act = 'appended'`);
    const sums = (of: string): string => `
      SELECT count(*) AS letters, coalesce(sum(unseen), 0) AS unseen, coalesce(sum(octets), 0) AS octets FROM
        (SELECT max(flags & ${SEEN} = 0) AS unseen, max(octets) AS octets FROM message m WHERE ${isThere} ${of} GROUP BY content)`;
    this.#counts = db.prepare(sums(''));
    this.#countsOf = db.prepare(sums('AND m.account = ?'));
  }

  async page({ account, past, from, limit }: Parameters<Letters['page']>[0]): Promise<readonly LetterRow[]> {
    return this.#db.atOnce(() => {
      const start = past ?? (from === 'newest' ? Number.MAX_SAFE_INTEGER : 0);
      const found = account === undefined
        ? (from === 'newest' ? this.#newest : this.#oldest).all(start, limit)
        : (from === 'newest' ? this.#newestOf : this.#oldestOf).all(account, start, limit);
      return found.flatMap(({ content }) => this.#row(content, account) ?? []);
    });
  }

  async get(letter: LetterId, account?: AccountId): Promise<LetterRow | undefined> {
    return this.#db.atOnce(() => {
      const [noted] = this.#finder.find([letterKey(letter)], 1);
      const content = noted ?? this.#appended.get(letter)?.content;
      const row = content === undefined ? undefined : this.#row(content, account);
      return row?.letter === letter ? row : undefined;
    });
  }

  async counts(account?: AccountId): Promise<CountsRow> {
    const row = account === undefined ? this.#counts.get() : this.#countsOf.get(account);
    if (row === undefined) throw new Error('a sum has a row');
    return row;
  }

  #row(content: number, account: AccountId | undefined): LetterRow | undefined {
    const found = this.#content.get(content);
    const copies = this.#copies.all(content, COPIES_MAX).filter((copy) => account === undefined || copy.account === account);
    const [first] = copies;
    if (found === undefined || first === undefined) return undefined;
    return {
      letter: letterId(found.letter),
      content: contentId(content),
      contentOctets: found.contentOctets,
      cuts: found.cuts === null ? [] : JSON.parse(found.cuts),
      summary: JSON.parse(found.summary),
      prefix: first.prefix ?? Buffer.alloc(0),
      octets: first.octets,
      internalDate: first.internalDate,
      ...(found.sender === null || found.recipients === null ? {} : { envelope: { sender: found.sender, recipients: JSON.parse(found.recipients) } }),
      copies: copies.map(readCopy),
    };
  }
}

function readCopy(row: CopyRow): LetterCopy {
  const { account, address, mailbox, mailboxName } = row;
  return { account: accountId(account), address, mailbox: mailboxId(mailbox), mailboxName, uid: uid(row.uid), modseq: modseq(row.modseq), flags: readFlags(row) };
}

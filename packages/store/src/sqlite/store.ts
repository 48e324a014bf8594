/**
 * The store on SQLite: the parts put together, whichever carrier and shelf they use.
 */
import type { Acceptance, AcceptAnswer } from '../acceptance.ts';
import type { LetterSearch } from '../search.ts';
import type { Care, Store, StoreChange, StoreCounts } from '../store.ts';
import { accept } from './accept.ts';
import type { Carrier } from './carrier.ts';
import type { SqliteContents } from './content-reader.ts';
import { SqliteAccounts, SqliteAliases, SqliteKeys } from './directory.ts';
import { SqliteLedger } from './ledger.ts';
import { SqliteLetters } from './letters.ts';
import { SqliteMailboxes } from './mailboxes.ts';
import { SqliteMessages } from './messages.ts';
import { SqliteAnnotations, SqliteSharing } from './sharing.ts';
import { SqliteQuotas } from './quotas.ts';
import { SqliteKept } from './kept.ts';
import type { Query, Reader } from './reader.ts';
import { SqliteRetries } from './retries.ts';
import { SqliteSpool } from './spool.ts';
import type { Watchers } from './watchers.ts';

export interface StoreParts {
  /** The connection that reads. */
  readonly reader: Reader;
  readonly carrier: Carrier;
  readonly contents: SqliteContents;
  readonly search: LetterSearch & { close(): Promise<void> };
  readonly watchers: Watchers;
  /** How long deleted letters can be put back. */
  readonly undeleteMs: number;
  readonly walOctets: () => number;
  /** Recipients whose attempt was cut off when the books were last in use. */
  readonly interrupted: number;
  readonly care: Care;
  /** Closes what the parts do not own. */
  readonly dispose: () => Promise<void>;
}

export class SqliteStore implements Store {
  readonly accounts: SqliteAccounts;
  readonly aliases: SqliteAliases;
  readonly keys: SqliteKeys;
  readonly contents: SqliteContents;
  readonly mailboxes: SqliteMailboxes;
  readonly messages: SqliteMessages;
  readonly letters: SqliteLetters;
  readonly spool: SqliteSpool;
  readonly ledger: SqliteLedger;
  readonly quotas: SqliteQuotas;
  readonly kept: SqliteKept;
  readonly sharing: SqliteSharing;
  readonly annotations: SqliteAnnotations;
  readonly retries: SqliteRetries;
  readonly search: LetterSearch;
  readonly care: Care;
  /** Bound, so that it can be handed on alone. */
  readonly accept: (acceptance: Acceptance) => Promise<AcceptAnswer>;
  readonly #parts: StoreParts;
  readonly #counts: Query<[], Omit<StoreCounts, 'walOctets' | 'interrupted'>>;
  #closing: Promise<void> | undefined;

  constructor(parts: StoreParts) {
    const { reader, carrier, contents, search, undeleteMs } = parts;
    this.#parts = parts;
    this.accounts = new SqliteAccounts(reader, carrier);
    this.aliases = new SqliteAliases(reader, carrier);
    this.keys = new SqliteKeys(reader, carrier);
    this.contents = contents;
    this.mailboxes = new SqliteMailboxes(reader, carrier);
    this.messages = new SqliteMessages(reader, { carrier, contents: this.contents });
    this.letters = new SqliteLetters(reader);
    this.spool = new SqliteSpool(reader, carrier);
    this.ledger = new SqliteLedger(reader, carrier);
    this.quotas = new SqliteQuotas(reader);
    this.retries = new SqliteRetries(reader, carrier);
    this.kept = new SqliteKept(reader, { carrier, undeleteMs });
    this.sharing = new SqliteSharing(reader, carrier);
    this.annotations = new SqliteAnnotations(reader, carrier);
    this.search = search;
    this.care = parts.care;
    this.accept = (acceptance) => accept(acceptance, carrier);
    this.#counts = reader.prepare(`
      SELECT (SELECT count(*) FROM account) AS accounts, count(*) AS mailboxes,
        coalesce(sum(messages), 0) AS messages, coalesce(sum(octets), 0) AS octets FROM mailbox`);
  }

  watch(look: (change: StoreChange) => void): () => void {
    return this.#parts.watchers.add(look);
  }

  async counts(): Promise<StoreCounts> {
    const counts = this.#counts.get();
    if (counts === undefined) throw new Error('a sum has a row');
    return { ...counts, walOctets: this.#parts.walOctets(), interrupted: this.#parts.interrupted };
  }

  async check(): Promise<void> {
    await this.#parts.carrier.submit({ kind: 'check' });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // First: it has something to write down now and then.
    await this.#parts.search.close();
    await this.#parts.carrier.close();
    await this.#parts.dispose();
  }
}

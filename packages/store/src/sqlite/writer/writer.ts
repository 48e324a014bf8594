/**
 * The writer: takes whatever waits, commits it at once, answers all.
 *
 * Each request runs in a savepoint of its own, so that one that fails takes nothing with it.
 * But a full disk, an I/O error or want of memory end the whole transaction behind the
 * savepoint's back (https://sqlite.org/lang_transaction.html); then nothing of the group was
 * done, and each request is tried again alone.
 *
 * Except when a write or a sync failed: nobody knows then what the disk has, and a second sync
 * that succeeds proves nothing (Linux takes the pages that it could not write for clean). Such
 * a writer is broken: it answers nothing more, and its carrier opens the books anew.
 *
 * A plain synchronous class; which thread it lives on is its carrier's affair.
 */
import { SqliteError, type Database, type Statement } from 'better-sqlite3';
import type { StoreChange } from '../../store.ts';
import type { Request } from '../requests.ts';
import { Acceptances } from './acceptances.ts';
import { Beliefs } from './beliefs.ts';
import { Changes } from './changes.ts';
import { ContentTable } from './contents.ts';
import { DirectoryActs } from './directory-acts.ts';
import { ExpireActs } from './expire-acts.ts';
import { GoneTable } from './gone.ts';
import { Housekeeping, type HousekeepingOptions } from './housekeeping.ts';
import { LedgerTable } from './ledger.ts';
import { MailboxActs } from './mailbox-acts.ts';
import { MessageActs } from './message-acts.ts';
import { Postbox } from './postbox.ts';
import { RestoreActs } from './restore-acts.ts';
import { RetryActs } from './retry-acts.ts';
import { BlockSequence, Sequences } from './sequences.ts';
import { SharingActs } from './sharing-acts.ts';
import { SpoolActs } from './spool-acts.ts';
import { SpoolCommands } from './spool-commands.ts';
import { UsageTable } from './usage-table.ts';

/** What came of a request: its answer, or why there is none. */
export type Outcome =
  | { readonly isDone: true; readonly answer: unknown }
  | { readonly isDone: false; readonly failure: Failure };

/** An error that can travel between threads. */
export interface Failure {
  /** True: the world's doing, and temporary. False: a mistake of ours. */
  readonly isFault: boolean;
  readonly message: string;
  /** SQLite's name for it, `SQLITE_FULL`; empty if it was not SQLite's. */
  readonly code: string;
  readonly stack: string;
}

export interface GroupReply {
  /** In the order of the requests; fewer when the writer broke: nobody knows what came of the others. */
  readonly outcomes: readonly Outcome[];
  readonly changes: readonly StoreChange[];
}

/** Failures after which nobody knows what the disk has. A read that fails changes nothing. https://sqlite.org/rescode.html */
const UNTRUSTED = /^SQLITE_IOERR(?!_(READ|SHORT_READ|NOMEM|CORRUPTFS)$)/;

export class Writer {
  readonly #db: Database;
  readonly #begin: Statement<[]>;
  readonly #commit: Statement<[]>;
  readonly #savepoint: Statement<[]>;
  readonly #release: Statement<[]>;
  readonly #undo: Statement<[]>;
  readonly #touch: Statement<[]>;
  readonly #changes = new Changes();
  readonly #usage: UsageTable;
  readonly #blocks: readonly BlockSequence[];
  readonly #acceptances: Acceptances;
  readonly #contents: ContentTable;
  readonly #directory: DirectoryActs;
  readonly #mailboxes: MailboxActs;
  readonly #messages: MessageActs;
  readonly #restoring: RestoreActs;
  readonly #expiring: ExpireActs;
  readonly #sharing: SharingActs;
  readonly #retries: RetryActs;
  readonly #spool: SpoolActs;
  readonly #commands: SpoolCommands;
  readonly #housekeeping: Housekeeping;
  #broken: Failure | undefined;

  constructor(db: Database, options: HousekeepingOptions) {
    this.#db = db;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#savepoint = db.prepare('SAVEPOINT request');
    this.#release = db.prepare('RELEASE request');
    this.#undo = db.prepare('ROLLBACK TO request');
    this.#touch = db.prepare(`INSERT INTO sequence (name, last) VALUES ('check', 1) ON CONFLICT DO UPDATE SET last = last + 1`);
    const changes = this.#changes;
    const sequences = new Sequences(db);
    const letters = new BlockSequence(sequences, 'letter');
    const leases = new BlockSequence(sequences, 'lease');
    const usage = new UsageTable(db);
    const beliefs = new Beliefs(db, usage);
    const contents = new ContentTable(db);
    const gone = new GoneTable(db, contents);
    const ledger = new LedgerTable(db);
    const postbox = new Postbox(db, { changes, usage });
    this.#usage = usage;
    this.#blocks = [letters, leases];
    this.#contents = contents;
    this.#commands = new SpoolCommands(db, { changes, ledger });
    this.#spool = new SpoolActs(db, { beliefs, changes, commands: this.#commands, contents, leases, ledger, postbox });
    this.#messages = new MessageActs(db, { changes, contents, gone, ledger, letters, postbox, usage });
    this.#sharing = new SharingActs(db, changes);
    this.#mailboxes = new MailboxActs(db, { changes, ledger, messages: this.#messages, postbox, sequences, sharing: this.#sharing, usage });
    this.#retries = new RetryActs(db);
    this.#expiring = new ExpireActs(db, this.#messages);
    this.#restoring = new RestoreActs(db, { contents, gone, ledger, mailboxes: this.#mailboxes, postbox, usage });
    this.#directory = new DirectoryActs(db, { mailboxes: this.#mailboxes, sequences, usage });
    this.#acceptances = new Acceptances({ beliefs, contents, ledger, letters, postbox, spool: this.#spool });
    this.#housekeeping = new Housekeeping(db, { contents, gone }, options);
  }

  /** Does all of it in one transaction, or, when that cannot be, each in its own. Durable when it returns. */
  run(requests: readonly Request[]): GroupReply {
    const together = this.#runTogether(requests);
    if (together !== undefined) return together;
    const outcomes: Outcome[] = [];
    const changes: StoreChange[] = [];
    for (const request of requests) {
      if (this.#broken !== undefined) break;
      const alone = this.#runAlone(request);
      outcomes.push(...alone.outcomes);
      changes.push(...alone.changes);
    }
    return { outcomes, changes };
  }

  /** What broke it, if something did: it must not be asked again, and its connection not be used. */
  get broken(): Failure | undefined {
    return this.#broken;
  }

  /** Leases of a life before this one: their couriers are gone. How many recipients were under way. */
  freeLeases(now: number): number {
    return this.#db.transaction(() => this.#commands.interrupt(now)).immediate();
  }

  /** What can wait has waited too long. */
  get isBehind(): boolean {
    return this.#housekeeping.isBehind;
  }

  /** One step of what can wait; false when nothing does. */
  tidy(now: number): boolean {
    return this.#housekeeping.step(now);
  }

  /** Takes note of what was thrown by an act on its connection; answers it in a form that travels. */
  noteFailure(error: unknown): Failure {
    const failure = failureOf(error);
    if (UNTRUSTED.test(failure.code)) this.#broken ??= failure;
    return failure;
  }

  #runAlone(request: Request): GroupReply {
    try {
      const reply = this.#runTogether([request], true);
      if (reply === undefined) throw new Error('alone, a request is answered or throws');
      return reply;
    } catch (error) {
      const failure = this.noteFailure(error);
      return { outcomes: this.#broken === undefined ? [{ isDone: false, failure }] : [], changes: [] };
    }
  }

  /** Undefined, or throws if `isLast`, when the transaction came to nothing. */
  #runTogether(requests: readonly Request[], isLast = false): GroupReply | undefined {
    try {
      this.#begin.run();
      const outcomes: Outcome[] = [];
      const changes: StoreChange[] = [];
      for (const request of requests) {
        outcomes.push(this.#runInSavepoint(request));
        changes.push(...this.#changes.take());
      }
      this.#usage.write();
      this.#commit.run();
      return { outcomes, changes };
    } catch (error) {
      this.noteFailure(error);
      this.#abandon();
      if (isLast) throw error;
      return undefined;
    }
  }

  #runInSavepoint(request: Request): Outcome {
    this.#savepoint.run();
    try {
      const answer = this.#perform(request);
      this.#release.run();
      this.#usage.keep();
      return { isDone: true, answer };
    } catch (error) {
      // The whole transaction is gone, and with it what others in the group did.
      if (!this.#db.inTransaction || UNTRUSTED.test(failureOf(error).code)) throw error;
      this.#undo.run();
      this.#release.run();
      this.#usage.drop();
      this.#forget();
      return { isDone: false, failure: failureOf(error) };
    }
  }

  #abandon(): void {
    this.#usage.forget();
    this.#forget();
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
  }

  /** What was kept in memory beside the tables may not be true after a rollback. */
  #forget(): void {
    this.#changes.take();
    for (const block of this.#blocks) block.forget();
  }

  #perform(request: Request): unknown {
    switch (request.kind) {
      case 'accept': return this.#acceptances.accept(request);
      case 'settle': return this.#spool.settle(request);
      case 'lease': return this.#spool.lease(request);
      case 'conclude': return this.#spool.conclude(request.letter, request.ledger);
      case 'notified': return this.#spool.notified(request.letter, request.indexes);
      case 'command': return this.#commands.run(request);
      case 'append': return this.#messages.append(request);
      case 'append-many': return this.#messages.appendMany(request);
      case 'flags': return this.#messages.setFlags(request);
      case 'expunge': return this.#messages.expunge(request);
      case 'copy':
      case 'move': return this.#messages.transfer(request);
      case 'mailbox-create': return this.#mailboxes.create(request);
      case 'mailbox-rename': return this.#mailboxes.rename(request);
      case 'mailbox-remove': return this.#mailboxes.remove(request);
      case 'grant': return this.#sharing.grant(request);
      case 'annotate': return this.#sharing.annotate(request);
      case 'subscribe': return this.#mailboxes.subscribe(request);
      case 'claim-recent': return this.#mailboxes.claimRecent(request);
      case 'account-add': return this.#directory.addAccount(request);
      case 'account-credentials': return this.#directory.setCredentials(request);
      case 'account-limits': return this.#directory.setLimits(request);
      case 'account-remove': return this.#directory.removeAccount(request);
      case 'alias-set': return this.#directory.setAlias(request);
      case 'alias-remove': return this.#directory.removeAlias(request);
      case 'key-add': return this.#directory.addKey(request);
      case 'key-remove': return this.#directory.removeKey(request);
      case 'search-indexed': return this.#contents.indexed(request.dueUpTo);
      case 'sweeping': return this.#housekeeping.hold(request);
      case 'heard': return this.#retries.heard(request);
      case 'expire': return this.#expiring.expire(request);
      case 'restore': return this.#restoring.restore(request);
      case 'entry': return this.#spool.note(request.entry);
      case 'check': return this.#touch.run().changes > 0;
      default: throw new Error(`unknown request ${String(request satisfies never)}`);
    }
  }
}

/** What an error says, in a form that travels. Anything thrown that is no error is thrown on. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) throw error;
  const code = error instanceof SqliteError ? error.code : '';
  // A broken constraint is no fault of the disk: somebody asked for what cannot be.
  const isFault = code !== '' && !code.startsWith('SQLITE_CONSTRAINT');
  return { isFault, message: error.message, code, stack: error.stack ?? '' };
}

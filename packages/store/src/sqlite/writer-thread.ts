/**
 * The writer's thread: gathers what waits, runs it as one group, answers, and tidies up
 * when nobody waits.
 *
 * It begins with an empty WAL: what it finds there it brings into the main file first. After a
 * sync that failed the system may show a WAL that the disk does not have; whoever commits
 * behind such frames loses what he commits with the next power cut.
 */
import { join } from 'node:path';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { StoreRefused } from '../store.ts';
import { keepSchemaPages } from './care/schema-pages.ts';
import { BOOKS_FILE, openForWriting } from './database.ts';
import { namesOnShelf, removeFromShelf } from './folder-shelf.ts';
import type { Request } from './requests.ts';
import type { FromWriter, ThreadData, ToWriter } from './thread-messages.ts';
import { WalKeeper } from './wal.ts';
import { failureOf, Writer } from './writer/writer.ts';

/** Requests committed at once. */
const GROUP_MAX = 256;
/** How long nothing must have been asked before the thread tidies up. */
const IDLE_MS = 20;

interface Numbered {
  readonly number: number;
  readonly request: Request;
}

class WriterThread {
  readonly #port: MessagePort;
  readonly #writer: Writer;
  readonly #wal: WalKeeper;
  readonly #close: () => void;
  /** Without a checkpoint: the connection is not to be trusted. */
  readonly #giveUp: () => void;
  readonly interrupted: number;
  /** Letters first: whoever moves ten thousand can wait for one that is being received. */
  readonly #urgent: Numbered[] = [];
  readonly #others: Numbered[] = [];
  #now = 0;
  #isClosing = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(port: MessagePort, { folder, retention, openedAt }: ThreadData) {
    this.#port = port;
    const db = openForWriting(join(folder, BOOKS_FILE), { tell: (upgrade) => this.#say({ kind: 'upgrading', upgrade }) });
    this.#wal = new WalKeeper(db);
    if (!this.#wal.empty()) throw new Error('the WAL is being read for too long');
    keepSchemaPages(db, folder);
    this.#writer = new Writer(db, {
      removeFile: (name) => removeFromShelf(folder, name), isPacking: true,
      retention,
      // Later on, a file whose letter is just being handed over is not in the books yet.
      shelved: openedAt === undefined ? [] : namesOnShelf(folder),
    });
    this.interrupted = openedAt === undefined ? 0 : this.#writer.freeLeases(openedAt);
    this.#close = () => {
      this.#wal.empty();
      db.close();
    };
    this.#giveUp = () => db.close();
  }

  take(message: ToWriter): void {
    this.#note(message);
    this.#drain();
    clearTimeout(this.#idle);
    while (this.#urgent.length + this.#others.length > 0) {
      this.#runGroup();
      if (this.#endIfBroken()) return;
      this.#drain();
    }
    if (this.#isClosing) {
      this.#close();
      this.#port.close();
      return;
    }
    this.#idle = setTimeout(() => this.#tidy(), IDLE_MS);
  }

  /** Takes what has arrived meanwhile. */
  #drain(): void {
    for (;;) {
      const received: { readonly message: ToWriter } | undefined = receiveMessageOnPort(this.#port);
      if (received === undefined) return;
      this.#note(received.message);
    }
  }

  #note(message: ToWriter): void {
    if (message.kind === 'close') {
      this.#isClosing = true;
      return;
    }
    this.#now = message.now;
    for (const [index, request] of message.requests.entries()) {
      const isUrgent = request.kind === 'accept' || request.kind === 'settle';
      (isUrgent ? this.#urgent : this.#others).push({ number: message.first + index, request });
    }
  }

  #runGroup(): void {
    const group = this.#urgent.splice(0, GROUP_MAX);
    // At least one of the others, so that they do not wait for ever.
    group.push(...this.#others.splice(0, Math.max(1, GROUP_MAX - group.length)));
    const { outcomes, changes } = this.#writer.run(group.map(({ request }) => request));
    this.#say({ kind: 'replies', numbers: group.map(({ number }) => number), outcomes, changes });
    if (this.#writer.broken !== undefined) return;
    if (this.#wal.isOverCeiling) this.#leisurely(() => this.#wal.checkpoint());
    if (this.#writer.isBehind) this.#leisurely(() => this.#writer.tidy(this.#now));
  }

  /** One step of what can wait, then another look at who waits. */
  #tidy(): void {
    const hasMore = this.#leisurely(() => {
      if (!this.#wal.isWorthwhile) return this.#writer.tidy(this.#now);
      this.#wal.checkpoint();
      return true;
    });
    if (this.#endIfBroken()) return;
    if (hasMore) this.#idle = setTimeout(() => this.#tidy(), 0);
  }

  /** False too when it failed: the next request brings another try. */
  #leisurely(act: () => boolean | void): boolean {
    try {
      return act() ?? false;
    } catch (error) {
      this.#say({ kind: 'trouble', failure: this.#writer.noteFailure(error) });
      return false;
    }
  }

  /** Whether it ended. What has not been answered never will be. */
  #endIfBroken(): boolean {
    const failure = this.#writer.broken;
    if (failure === undefined) return false;
    this.#say({ kind: 'broken', failure });
    this.#giveUp();
    this.#port.close();
    return true;
  }

  #say(message: FromWriter): void {
    this.#port.postMessage(message);
  }
}

function begin(port: MessagePort, data: ThreadData): void {
  const say = (message: FromWriter): void => port.postMessage(message);
  try {
    const thread = new WriterThread(port, data);
    port.on('message', (message: ToWriter) => thread.take(message));
    say({ kind: 'ready', interrupted: thread.interrupted });
  } catch (error) {
    say({ kind: 'unopened', isRefusal: error instanceof StoreRefused, failure: failureOf(error) });
    port.close();
  }
}

if (parentPort === null) throw new Error('the writer has a thread of its own');
begin(parentPort, workerData);

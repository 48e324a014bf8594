/**
 * A host to be hurt, eight mail programs that use it, another host behind it, and what must be
 * true in the end: every letter that was acknowledged is in its mailboxes, each letter once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect } from '../../packages/store/src/contract/letters.ts';
import { openInline } from '../../packages/store/src/sqlite/testing/inline-store.ts';
import { rowsOf } from '../../packages/store/src/sqlite/testing/books.ts';
import type { Random } from '../../packages/world/src/random.ts';
import { SimClock } from '../../packages/world/src/sim/clock.ts';
import { seededRandom } from '../../packages/world/src/sim/random.ts';
import { octetsOf } from './books/acts.ts';
import { dataOf, type FaultyHost, prepareHost } from './host.ts';
import { type Acknowledgements, acknowledgements, type Address, type Offer, SmtpConnection } from './smtp-client.ts';
import { type Sink, startSink } from './smtp-sink.ts';

const CLIENTS = 8;
const DRAIN_MS = 60_000;
/** Where letters are expected to be lost, nobody waits for them long. */
const CONTROL_DRAIN_MS = 2_000;
const EVERYBODY = 'everybody@elm.test';
/** Between two offers of a letter that was put off. */
const PUT_OFF_MS = 30;

export interface LabOptions {
  readonly seed: number;
  readonly collapsesRetries?: boolean;
  /** Letters may be lost in it. */
  readonly isControl?: boolean;
  /** Called before anything is written into the data folder. */
  readonly prepare?: (data: string) => Promise<void>;
}

/** What was seen of it in the end. */
export interface LabEnd {
  readonly problems: readonly string[];
  readonly facts: Readonly<Record<string, number>>;
}

export class Lab implements AsyncDisposable {
  readonly folder: string;
  readonly config: string;
  readonly list: Acknowledgements;
  readonly clients: readonly MailProgram[];
  readonly sink: Sink;
  readonly drainMs: number;
  /** Attempts to carry a letter on that were cut off, as the hosts told. */
  #cutOff = 0;

  constructor(parts: Pick<Lab, 'folder' | 'config' | 'list' | 'clients' | 'sink' | 'drainMs'>) {
    this.folder = parts.folder;
    this.config = parts.config;
    this.list = parts.list;
    this.clients = parts.clients;
    this.sink = parts.sink;
    this.drainMs = parts.drainMs;
  }

  /** A host of the lab has ended. */
  ended(host: FaultyHost): void {
    this.#cutOff += host.interrupted;
  }

  /** Those of the acknowledged that go to the host behind. */
  get onward(): readonly string[] {
    return [...this.list.ids].filter((id) => isOnward(id));
  }

  /** Hands over what is left, waits until all has gone on, ends the last host, and reads all mailboxes. */
  async finish(host: FaultyHost): Promise<LabEnd> {
    const submission = await host.at('submission');
    await Promise.all(this.clients.map((client) => client.handOverTheRest(submission)));
    const { onward, sink } = this;
    const drained = await sink.have(onward, this.drainMs).then(() => [], (error: Error) => [`lost on the way: ${error.message}`]);
    const status = await host.stop();
    this.ended(host);
    const wentOnTwice = [...sink.times.values()].reduce((sum, times) => sum + times - 1, 0);
    const sum = (count: (client: MailProgram) => number): number => this.clients.reduce((all, client) => all + count(client), 0);
    return {
      problems: [
        ...drained, ...await problemsIn(dataOf(this.folder), this.clients),
        // RFC 5321 §4.5.4: a letter goes on at least once; twice only where an attempt was cut off.
        ...(wentOnTwice <= this.#cutOff ? [] : [`${wentOnTwice} letters went on twice, and ${this.#cutOff} attempts were cut off`]),
        ...(status === 0 ? [] : [`the last server ended with ${status}`]),
      ],
      facts: {
        acknowledged: this.list.ids.size, 'offered again': sum(({ offeredAgain }) => offeredAgain), 'put off': sum(({ putOff }) => putOff.length),
        'went on': onward.length, 'went on twice': wentOnTwice, 'cut off': this.#cutOff,
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sink[Symbol.asyncDispose]();
    await this.list.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function openLab({ seed, collapsesRetries = true, isControl = false, prepare }: LabOptions): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-lab-'));
  const sink = await startSink();
  const own = Array.from({ length: CLIENTS }, (_, index) => `user${index}@elm.test`);
  await prepare?.(dataOf(folder));
  const config = await prepareHost({ folder, smarthostPort: sink.port, collapsesRetries, accounts: [...own, EVERYBODY] });
  const list = await acknowledgements(join(folder, 'acknowledged'));
  const clients = own.map((address, index) => new MailProgram({ address, random: seededRandom(seed * CLIENTS + index), list, prefix: `k${seed}c${index}n` }));
  return new Lab({ folder, config, list, clients, sink, drainMs: isControl ? CONTROL_DRAIN_MS : DRAIN_MS });
}

/** Whether a letter also goes to another host; follows from its id. */
function isOnward(id: string): boolean {
  return octetsOf(id).length % 3 === 0;
}

interface MailProgramOptions {
  readonly address: string;
  readonly random: Random;
  readonly list: Acknowledgements;
  readonly prefix: string;
}

/** A mail program: offers its letters one after the other, each until it is acknowledged. */
export class MailProgram {
  readonly #options: MailProgramOptions;
  /** How many of its letters were offered once more. */
  offeredAgain = 0;
  readonly letters: string[] = [];
  /** What was said when a letter was put off. */
  readonly putOff: string[] = [];
  #unanswered: string | undefined;

  constructor(options: MailProgramOptions) {
    this.#options = options;
  }

  recipientsOf(id: string): readonly string[] {
    const isShared = octetsOf(id).length % 2 === 0;
    return [this.#options.address, ...(isShared ? [EVERYBODY] : []), ...(isOnward(id) ? [`${id}@oak.test`] : [])];
  }

  /** Hands over letters until the server is gone, or `isOver` says so. */
  async work(address: Address, isOver: () => boolean = () => false): Promise<void> {
    while (!isOver() && await this.#handOver(address, 1 + Math.floor(this.#options.random.fraction() * 6)));
  }

  /** Hands over the letter that was not acknowledged, if there is one. */
  async handOverTheRest(address: Address): Promise<void> {
    while (this.#unanswered !== undefined) if (!await this.#handOver(address, 1)) throw new Error('the last server did not take the last letter');
  }

  /** Up to `count` letters over one connection; false when it was cut. */
  async #handOver(address: Address, count: number): Promise<boolean> {
    const connection = new SmtpConnection(address);
    try {
      if (!await connection.greet()) return false;
      for (let left = count; left > 0; left -= 1) {
        const answer = await connection.offer(this.#next());
        if (answer.kind === 'cut') return false;
        if (answer.kind === 'refused') return await this.#refused(answer.reply);
        await this.#options.list.add(this.#unanswered ?? '');
        this.#unanswered = undefined;
      }
      return true;
    } finally {
      connection.close();
    }
  }

  /** RFC 5321 §3.8: 421 is the end of the connection; §4.2.1: what is 4yz is offered again. */
  async #refused(reply: string): Promise<boolean> {
    if (reply.startsWith('421')) return false;
    if (!reply.startsWith('4')) throw new Error(`a letter was refused: ${reply}`);
    this.putOff.push(reply.trim());
    await new Promise((resolve) => {
      setTimeout(resolve, PUT_OFF_MS);
    });
    return true;
  }

  #next(): Offer {
    if (this.#unanswered === undefined) {
      this.#unanswered = `${this.#options.prefix}${this.letters.length}`;
      this.letters.push(this.#unanswered);
    } else {
      this.offeredAgain += 1;
    }
    const id = this.#unanswered;
    return { id, sender: 'ann@ash.test', recipients: this.recipientsOf(id), octets: octetsOf(id) };
  }
}

/** Reads all mailboxes of a server that has ended. */
async function problemsIn(data: string, clients: readonly MailProgram[]): Promise<readonly string[]> {
  const { store, integrity } = openInline(data, new SimClock());
  const problems = integrity().map((line) => `corrupt: ${line}`);
  const times = new Map<string, number>();
  for (const { address, id: account } of await store.accounts.list()) {
    const mailbox = await store.mailboxes.byName(account, 'INBOX');
    if (mailbox === undefined) continue;
    for (const row of await rowsOf(store, { account, mailbox: mailbox.id })) {
      const id = /^Subject: (.*)\r$/m.exec((await collect(store.contents.read(row.content))).subarray(0, 200).toString('latin1'))?.[1] ?? '';
      const key = `${id} of ${address}`;
      times.set(key, (times.get(key) ?? 0) + 1);
      if (!(await collect(store.messages.read(row))).subarray(-octetsOf(id).length).equals(octetsOf(id))) problems.push(`corrupt: letter ${key} is not what it was`);
    }
  }
  await store.close();
  for (const client of clients) {
    for (const id of client.letters) {
      for (const recipient of client.recipientsOf(id)) {
        const count = times.get(`${id} of ${recipient}`) ?? 0;
        if (recipient.endsWith('@elm.test') && count !== 1) problems.push(count === 0 ? `lost: letter ${id} of ${recipient}` : `letter ${id} of ${recipient} is there ${count} times`);
      }
    }
  }
  return problems;
}

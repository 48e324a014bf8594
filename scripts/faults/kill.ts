/**
 * kill -9 of the whole server at random instants, while eight clients hand over letters.
 *
 * Each client writes down what was acknowledged; what was not is offered again to the next
 * server, as a mail program does. In the end every letter is in its mailboxes exactly once, and
 * what goes on to another host has gone there; what went twice is no more than was cut off.
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
import { dataOf, FaultyHost, prepareHost } from './host.ts';
import { openJournal } from './journal.ts';
import { type Acknowledgements, acknowledgements, type Address, type Offer, SmtpConnection } from './smtp-client.ts';
import { type Sink, startSink } from './smtp-sink.ts';
import { controlFinding, type Finding, type Trial, type TrialOptions } from './trial.ts';

const KILLS = 20;
/** Kills on one data folder; a long run takes a new one then. */
const KILLS_PER_FOLDER = 20;
const CLIENTS = 8;
const CONTROL_KILLS = 4;
/** A server is killed so long after it was started; or when so many letters were acknowledged, and a moment later. */
const START_MS_MAX = 700;
const LETTERS_MAX = 60;
const MOMENT_MS_MAX = 15;
const SERVE_MS_MAX = 10_000;
/** One in so many is killed while it starts. */
const STARTING = 6;
const DRAIN_MS = 60_000;
const EVERYBODY = 'everybody@elm.test';

/** What came of the kills on one folder. */
interface Batch {
  readonly seed: number;
  readonly kills: number;
  readonly acknowledged: number;
  readonly offeredAgain: number;
  readonly wentOn: number;
  readonly wentOnTwice: number;
  readonly cutOff: number;
  readonly problems: readonly string[];
}

interface BatchOptions {
  readonly seed: number;
  readonly kills: number;
  readonly weakened?: string;
  readonly collapsesRetries?: boolean;
}

export const kill: Trial = {
  name: 'kill',
  about: 'kill -9 of the whole server, again and again, under eight clients',
  run: async (options, tell) => {
    tell(await survive(options));
    const { seed } = options;
    const early = await batch({ seed, kills: CONTROL_KILLS, weakened: 'early' });
    tell(controlFinding('control: letters acknowledged before they are committed are lost', early.problems, { seed }));
    const twice = await batch({ seed, kills: 2 * CONTROL_KILLS, collapsesRetries: false });
    tell(controlFinding('control: where retries are not collapsed, letters whose reply was lost are there twice', twice.problems, { seed }));
  },
};

async function survive({ seed, amount = KILLS, journal: file }: TrialOptions): Promise<Finding> {
  const journal = openJournal<Batch>(file);
  const batches = [...journal.entries];
  const sum = (count: (done: Batch) => number): number => batches.reduce((all, done) => all + count(done), 0);
  while (sum(({ kills }) => kills) < amount) {
    const done = await batch({ seed: seed + batches.length, kills: Math.min(KILLS_PER_FOLDER, amount - sum(({ kills }) => kills)) });
    batches.push(done);
    journal.add(done);
  }
  return {
    title: 'after kill -9 of the server every acknowledged letter is in its mailboxes, and each letter once',
    problems: batches.flatMap(({ seed: own, problems }) => problems.map((problem) => `--seed ${own}: ${problem}`)),
    facts: {
      kills: sum(({ kills }) => kills), acknowledged: sum(({ acknowledged }) => acknowledged), 'offered again': sum(({ offeredAgain }) => offeredAgain),
      'went on': sum(({ wentOn }) => wentOn), 'went on twice': sum(({ wentOnTwice }) => wentOnTwice), 'cut off': sum(({ cutOff }) => cutOff),
    },
  };
}

async function batch({ seed, kills, weakened, collapsesRetries = true }: BatchOptions): Promise<Batch> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-kill-'));
  await using sink = await startSink();
  const random = seededRandom(seed);
  const own = Array.from({ length: CLIENTS }, (_, index) => `user${index}@elm.test`);
  const config = await prepareHost({ folder, smarthostPort: sink.port, collapsesRetries, accounts: [...own, EVERYBODY] });
  const list = await acknowledgements(join(folder, 'acknowledged'));
  const clients = own.map((address, index) => new Client({ address, random: seededRandom(seed * CLIENTS + index), list, prefix: `k${seed}c${index}n` }));
  const options = weakened === undefined ? {} : { weakened };
  let cutOff = 0;
  try {
    for (let round = 0; round < kills; round += 1) {
      const host = new FaultyHost(config, options);
      await liveUntilKilled(host, { clients, list, random });
      cutOff += host.interrupted;
    }
    const host = new FaultyHost(config, options);
    const submission = await host.at('submission');
    await Promise.all(clients.map((client) => client.handOverTheRest(submission)));
    const onward = [...list.ids].filter((id) => isOnward(id));
    const drained = await sink.have(onward, DRAIN_MS).then(() => [], (error: Error) => [`lost on the way: ${error.message}`]);
    cutOff += host.interrupted;
    const status = await host.stop();
    const wentOnTwice = [...sink.times.values()].reduce((sum, times) => sum + times - 1, 0);
    return {
      seed, kills, acknowledged: list.ids.size, offeredAgain: clients.reduce((sum, { offeredAgain }) => sum + offeredAgain, 0),
      wentOn: onward.length, wentOnTwice, cutOff,
      problems: [
        ...drained, ...await problemsIn(folder, clients), ...surplus(sink, cutOff),
        ...(status === 0 ? [] : [`the last server ended with ${status}`]),
      ],
    };
  } finally {
    await list.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** RFC 5321 §4.5.4: a letter goes on at least once; twice only where an attempt was cut off. */
function surplus(sink: Sink, cutOff: number): readonly string[] {
  const twice = [...sink.times.values()].reduce((sum, times) => sum + times - 1, 0);
  return twice <= cutOff ? [] : [`${twice} letters went on twice, and ${cutOff} attempts were cut off`];
}

interface Life {
  readonly clients: readonly Client[];
  readonly list: Acknowledgements;
  readonly random: Random;
}

async function liveUntilKilled(host: FaultyHost, { clients, list, random }: Life): Promise<void> {
  const isStarting = random.fraction() * STARTING < 1;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
  if (isStarting) {
    await pause(random.fraction() * START_MS_MAX);
    await host.kill();
    return;
  }
  const submission = await host.at('submission');
  const working = clients.map((client) => client.work(submission));
  await list.reach(list.ids.size + Math.ceil(random.fraction() * LETTERS_MAX), SERVE_MS_MAX);
  await pause(random.fraction() * MOMENT_MS_MAX);
  await host.kill();
  await Promise.all(working);
}

/** Whether a letter also goes to another host; follows from its id. */
function isOnward(id: string): boolean {
  return octetsOf(id).length % 3 === 0;
}

interface ClientOptions {
  readonly address: string;
  readonly random: Random;
  readonly list: Acknowledgements;
  readonly prefix: string;
}

/** A mail program: offers its letters one after the other, each until it is acknowledged. */
class Client {
  readonly #options: ClientOptions;
  /** How many of its letters were offered once more. */
  offeredAgain = 0;
  readonly letters: string[] = [];
  #unanswered: string | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  recipientsOf(id: string): readonly string[] {
    const isShared = octetsOf(id).length % 2 === 0;
    return [this.#options.address, ...(isShared ? [EVERYBODY] : []), ...(isOnward(id) ? [`${id}@oak.test`] : [])];
  }

  /** Hands over letters until the server is gone. */
  async work(address: Address): Promise<void> {
    while (await this.#handOver(address, 1 + Math.floor(this.#options.random.fraction() * 6)));
  }

  /** Hands over the letter that was not acknowledged, if there is one. */
  async handOverTheRest(address: Address): Promise<void> {
    if (this.#unanswered !== undefined && !await this.#handOver(address, 1)) throw new Error('the last server did not take the last letter');
  }

  /** Up to `count` letters over one connection; false when it was cut. */
  async #handOver(address: Address, count: number): Promise<boolean> {
    const connection = new SmtpConnection(address);
    try {
      if (!await connection.greet()) return false;
      for (let left = count; left > 0; left -= 1) {
        const answer = await connection.offer(this.#next());
        if (answer.kind === 'cut') return false;
        if (answer.kind === 'refused') throw new Error(`a letter was refused: ${answer.reply}`);
        await this.#options.list.add(this.#unanswered ?? '');
        this.#unanswered = undefined;
      }
      return true;
    } finally {
      connection.close();
    }
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
async function problemsIn(folder: string, clients: readonly Client[]): Promise<readonly string[]> {
  const { store, integrity } = openInline(dataOf(folder), new SimClock());
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

/**
 * A queue in a simulated world: real books in memory, a courier that does as it is told.
 */
import { StructureParser } from '@posthorn/mail/structure-parser.ts';
import { summarize } from '@posthorn/mail/summary.ts';
import { type LetterId, letterId } from '@posthorn/store/ids.ts';
import { openSqliteStore } from '@posthorn/store/sqlite/open.ts';
import type { Spool, SpoolLetter, SpoolRecipient } from '@posthorn/store/spool.ts';
import type { Store } from '@posthorn/store/store.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import type { CarryReport, Courier, Outcome } from '../courier.ts';
import { Queue, type QueueOptions } from '../queue.ts';
import { routeOf } from '../route.ts';
import { busy, HOUR, placed, refused, taken } from './letters.ts';

const MINUTE = 60_000;

/** What the scripted courier says of a recipient. */
export type Say = (recipient: { readonly address: string; readonly attempts: number }) => Outcome['kind'];

export class ScriptedCourier implements Courier {
  /** Each errand carried: when, and for whom. */
  readonly carried: { readonly at: number; readonly letter: LetterId; readonly route: string; readonly recipients: readonly string[] }[] = [];
  /** Errands being carried now. */
  active = 0;
  activeMax = 0;
  say: Say;
  /** Awaited before an answer, with the errand's route. */
  until: (route: string, signal: AbortSignal) => Promise<void> = async () => {};
  /** Added to each report. */
  more: (recipients: readonly string[]) => Partial<CarryReport> = () => ({});
  readonly #clock: SimClock;

  constructor(clock: SimClock, say: Say) {
    this.#clock = clock;
    this.say = say;
  }

  async carry(errand: Parameters<Courier['carry']>[0], signal: AbortSignal): Promise<CarryReport> {
    const addresses = errand.recipients.map(({ address }) => address);
    this.carried.push({ at: this.#clock.now(), letter: errand.letter.letter, route: errand.route, recipients: addresses });
    this.active += 1;
    this.activeMax = Math.max(this.activeMax, this.active);
    await this.until(errand.route, signal);
    this.active -= 1;
    const outcomes = errand.recipients.map(({ index, address, attempts }): Outcome => {
      const kind = signal.aborted ? 'untried' : this.say({ address, attempts });
      const isOurs = address.endsWith('@ash.test');
      const remark = kind === 'failed' ? refused : kind === 'deferred' ? busy : isOurs ? placed : taken;
      return { index, kind, remark, detail: { host: remark.host } };
    });
    return { outcomes, ...this.more(addresses) };
  }
}

export interface Posting {
  /** `ann@ash.test` if absent. */
  readonly from?: string | null;
  readonly to: readonly (string | (Partial<SpoolRecipient> & { readonly address: string }))[];
  readonly letter?: Partial<SpoolLetter>;
  readonly text?: string;
}

export const RETRY = [5, 10, 30, 60, 120, 240].map((minutes) => minutes * MINUTE);
const EXPIRE = 120 * HOUR;

export class Post {
  readonly clock = new SimClock();
  readonly log = new MemoryLog();
  readonly store: Store;
  readonly courier: ScriptedCourier;
  readonly queue: Queue;
  readonly #options: Partial<QueueOptions>;
  #posted = 0;

  private constructor(store: Store, clock: SimClock, { say, options }: { readonly say: Say; readonly options: Partial<QueueOptions> }) {
    this.store = store;
    this.clock = clock;
    this.courier = new ScriptedCourier(clock, say);
    this.#options = options;
    this.queue = this.newQueue();
  }

  static async open({ say = () => 'delivered', ...options }: Partial<QueueOptions> & { readonly say?: Say } = {}): Promise<Post> {
    const clock = new SimClock();
    const store = await openSqliteStore({ path: ':memory:', clock, log: new MemoryLog() });
    return new Post(store, clock, { say, options });
  }

  /** Another queue on the same books: after a crash. */
  newQueue(options: Partial<QueueOptions> = {}): Queue {
    return new Queue({
      store: this.store, clock: this.clock, random: seededRandom(1), courier: this.courier, hostname: 'mx.ash.test',
      retry: RETRY, expire: EXPIRE, log: this.log, ...this.#options, ...options,
    });
  }

  /** The same books, but for some acts of the spool. */
  storeWith(faulty: Partial<Spool>): QueueOptions['store'] {
    const { accept, contents, messages, spool } = this.store;
    return {
      accept,
      contents,
      messages,
      watch: (look) => this.store.watch(look),
      spool: {
        lease: (request) => spool.lease(request),
        settle: (settlement) => spool.settle(settlement),
        nextDue: () => spool.nextDue(),
        finished: (limit) => spool.finished(limit),
        conclude: (letter, ledger) => spool.conclude(letter, ledger),
        markNotified: (letter, indexes) => spool.markNotified(letter, indexes),
        list: (page) => spool.list(page),
        get: (letter) => spool.get(letter),
        command: (act) => spool.command(act),
        counts: () => spool.counts(),
        ...faulty,
      },
    };
  }

  async post({ from = 'ann@ash.test', to, letter, text = 'Subject: Hello\r\nFrom: ann@ash.test\r\n\r\nText\r\n' }: Posting): Promise<LetterId> {
    this.#posted += 1;
    const id = letterId(`posted${this.#posted}`);
    const at = this.clock.now();
    const octets = Buffer.from(text);
    const parser = new StructureParser();
    parser.push(octets);
    const intake = this.store.contents.receive();
    await intake.write(octets);
    const prefix = Buffer.alloc(0);
    await this.store.accept({
      letter: id, at, sender: from ?? '', content: await intake.finish(), cuts: [], placements: [], beliefs: [], ledger: [],
      summary: summarize({ prefix, cuts: [], ...parser.end() }),
      spool: {
        reversePath: from, body: '7BIT', isSmtpUtf8: false, isTlsRequired: false, prefix, expiresAt: at + EXPIRE,
        recipients: to.map((one) => (typeof one === 'string' ? { address: one } : one))
          .map((one) => Object.assign({ route: routeOf(one.address), nextAt: at }, one)),
        ...letter,
      },
    });
    return id;
  }

  /** Letters in the spool that we wrote: notices. With their text. */
  async notices(): Promise<readonly { readonly to: string; readonly text: string }[]> {
    const letters = await this.store.spool.list({ limit: 100 });
    const notices = letters.filter(({ reversePath }) => reversePath === null);
    return Promise.all(notices.map(async (notice) => {
      const chunks: Buffer[] = [];
      for await (const chunk of this.store.messages.read(notice)) chunks.push(chunk);
      return { to: notice.recipients.map(({ address }) => address).join(), text: Buffer.concat(chunks).toString() };
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queue.stop();
    await this.store.close();
  }
}

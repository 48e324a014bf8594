/**
 * What the size of a mailbox costs: delivery, the newest 50 envelopes, a flag, a search, in a
 * mailbox of 1,000 letters and in ones a thousand times as large.
 *
 * Letters are small and of words drawn as in a language, by a seed; a hundred of each mailbox
 * hold a word that no other does, and a thousand another. Both stores are open at once and rounds alternate, so that a
 * busy machine is unfair to both; medians are told. `docs/performance.md` and its plot are
 * written from what was measured.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StructureParser } from '../../packages/mail/src/structure-parser.ts';
import { summarize } from '../../packages/mail/src/summary.ts';
import type { Account } from '../../packages/store/src/accounts.ts';
import { letterId, type Uid, uid } from '../../packages/store/src/ids.ts';
import type { MailboxKey } from '../../packages/store/src/messages.ts';
import { openSqliteStore } from '../../packages/store/src/sqlite/open.ts';
import type { Store } from '../../packages/store/src/store.ts';
import { silentLog } from '../../packages/world/src/log.ts';
import { realClock } from '../../packages/world/src/node/clock.ts';

const IN_FLIGHT = 256;
const ROUNDS = 60;
const WORDS = 5000;
const WORDS_PER_LETTER = 40;
/** Words that no other letter holds, and how many letters of each mailbox do. */
const RARE = [['zebrafinch', 100], ['heliotrope', 1000]] as const;
const NEWEST = 50;

export const ACTS = ['deliver', 'newest 50 envelopes', 'flag', 'search, 100 hits', 'search, 1,000 hits'] as const;
export type Act = typeof ACTS[number];

export interface GrowthResult {
  readonly letters: number;
  /** Medians in milliseconds. */
  readonly ms: Readonly<Record<Act, number>>;
  readonly buildSeconds: number;
  readonly indexSeconds: number;
}

/** A repeatable sequence of numbers in [0, 1): mulberry32. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Words of syllables: some are common, most are rare, as words are. */
class Writing {
  readonly #next: () => number;
  readonly #words: readonly string[];

  constructor(seed: number) {
    this.#next = sequence(seed);
    const syllables = ['ka', 'ro', 'mi', 'ten', 'sol', 'ba', 'lin', 'der', 'us', 'pra', 'ge', 'nor', 'vi', 'ash', 'tum', 'el', 'fo', 'rin', 'cha', 'wo'];
    const syllable = (): string => syllables[Math.floor(this.#next() * syllables.length)] ?? '';
    this.#words = Array.from({ length: WORDS }, () => Array.from({ length: 1 + Math.floor(this.#next() * 4) }, syllable).join(''));
  }

  words(count: number): string {
    return Array.from({ length: count }, () => this.#words[Math.floor(WORDS ** this.#next()) - 1] ?? '').join(' ');
  }
}

class GrownMailbox {
  readonly store: Store;
  readonly key: MailboxKey;
  readonly #account: Account;
  readonly #writing = new Writing(7);
  #letters = 0;

  private constructor(store: Store, account: Account, key: MailboxKey) {
    this.store = store;
    this.#account = account;
    this.key = key;
  }

  static async open(folder: string): Promise<GrownMailbox> {
    const store = await openSqliteStore({ path: folder, clock: realClock, log: silentLog });
    const { account } = await store.accounts.add({ address: 'eve@elm.test', at: realClock.now() });
    const inbox = await store.mailboxes.byName(account.id, 'INBOX');
    if (inbox === undefined) throw new Error('everybody has an INBOX');
    return new GrownMailbox(store, account, { account: account.id, mailbox: inbox.id });
  }

  async grow(letters: number): Promise<void> {
    const session = async (): Promise<void> => {
      while (this.#letters < letters) {
        const words = RARE.filter(([, hits]) => this.#letters % Math.floor(letters / hits) === 0).map(([word]) => word);
        await this.deliver(words.join(' '));
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, session));
  }

  async deliver(extra = ''): Promise<void> {
    this.#letters += 1;
    const number = this.#letters;
    const at = realClock.now();
    const letter = Buffer.from(`From: Ann <ann@ash.test>\r\nTo: Eve <eve@elm.test>\r\nSubject: ${this.#writing.words(4)}\r\nMessage-ID: <${number}@ash.test>\r\n`
      + `Date: Tue, 24 Nov 2026 00:00:00 +0000\r\n\r\n${this.#writing.words(WORDS_PER_LETTER)} ${extra}\r\n`);
    const parser = new StructureParser();
    parser.push(letter);
    const { structure, header } = parser.end();
    const intake = this.store.contents.receive();
    await intake.write(letter);
    const id = letterId(`g${number.toString(36)}`);
    const answer = await this.store.accept({
      letter: id, at, sender: 'ann@ash.test', content: await intake.finish(), cuts: [],
      summary: summarize({ prefix: Buffer.alloc(0), header, cuts: [], structure }),
      placements: [{ account: this.#account.id, mailbox: 'INBOX', flags: [], internalDate: at, recipient: this.#account.address, prefix: Buffer.from('Delivered-To: eve@elm.test\r\n') }],
      ledger: [{ at, letter: id, act: 'accepted', detail: { listener: 'mx' } }],
      beliefs: [{ kind: 'account', address: this.#account.address, account: this.#account.id }],
    });
    if (answer.kind !== 'accepted') throw new Error('nothing changes while we measure');
  }

  get newest(): readonly Uid[] {
    return Array.from({ length: NEWEST }, (_, index) => uid(this.#letters - index));
  }

  async act(act: Act, round: number): Promise<void> {
    const { store, key } = this;
    switch (act) {
      case 'deliver':
        await this.deliver();
        break;
      case 'newest 50 envelopes': {
        const rows = await store.messages.rows(key, this.newest);
        if (rows.length !== NEWEST) throw new Error(`${rows.length} rows`);
        break;
      }
      case 'flag': {
        // Anywhere: each time another one.
        const number = 1 + (round * 7919) % (this.#letters - ROUNDS);
        await store.messages.setFlags({ ...key, uids: [uid(number)], how: 'add', flags: ['\\Flagged'], at: realClock.now() });
        break;
      }
      default: {
        const [word, hits] = RARE[act === 'search, 100 hits' ? 0 : 1];
        const found = await store.search.find(key, [{ in: 'body', text: word }]);
        if (found.length !== hits) throw new Error(`${found.length} hits`);
      }
    }
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Builds a mailbox of each size and measures them in turn. */
export async function measureGrowth(sizes: readonly number[], say: (line: string) => void): Promise<readonly GrowthResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-growth-'));
  const mailboxes: { readonly size: number; readonly grown: GrownMailbox; readonly buildSeconds: number; readonly indexSeconds: number }[] = [];
  try {
    for (const size of sizes) {
      const grown = await GrownMailbox.open(join(folder, `${size}`));
      const begun = performance.now();
      await grown.grow(size);
      const built = performance.now();
      await grown.store.search.catchUp();
      const [buildSeconds, indexSeconds] = [(built - begun) / 1000, (performance.now() - built) / 1000];
      say(`${size} letters delivered in ${buildSeconds.toFixed(1)} s, the index ready ${indexSeconds.toFixed(1)} s later`);
      mailboxes.push({ size, grown, buildSeconds, indexSeconds });
    }
    const taken = new Map(mailboxes.map(({ size }) => [size, new Map<Act, number[]>(ACTS.map((act) => [act, []]))]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const act of ACTS) {
        for (const { size, grown } of mailboxes) {
          const begun = performance.now();
          await grown.act(act, round);
          // The first round warms up.
          if (round > 0) taken.get(size)?.get(act)?.push(performance.now() - begun);
        }
      }
    }
    return mailboxes.map(({ size, buildSeconds, indexSeconds }) => {
      const of = (act: Act): number => median(taken.get(size)?.get(act) ?? []);
      return {
        letters: size, buildSeconds, indexSeconds,
        ms: {
          deliver: of('deliver'), 'newest 50 envelopes': of('newest 50 envelopes'), flag: of('flag'),
          'search, 100 hits': of('search, 100 hits'), 'search, 1,000 hits': of('search, 1,000 hits'),
        },
      };
    });
  } finally {
    for (const { grown } of mailboxes) await grown.store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A receiver with its people, in memory, over a simulated network: for tests of dialogues.
 */
import { createPlanner } from '@posthorn/delivery/planner.ts';
import type { Directory, Expansion, LoginAnswer } from '@posthorn/directory/directory.ts';
import { addressKey, parseAddress } from '@posthorn/mail/address.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { DkimKey } from '@posthorn/store/keys.ts';
import { accountId } from '@posthorn/store/ids.ts';
import type { Judge } from '@posthorn/trust/judge.ts';
import { sign } from '@posthorn/trust/signer.ts';
import type { Endpoint } from '@posthorn/world/net.ts';
import { noFaults } from '@posthorn/world/fault.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import { SimNet } from '@posthorn/world/sim/net.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { lmtpSessions } from '../lmtp.ts';
import { mxSessions } from '../mx.ts';
import { createReceiver, type Receiver, type ReceiverOptions } from '../receiver.ts';
import type { Retries } from '../retries.ts';
import type { OpenSession } from '../session.ts';
import { type SubmissionPolicy, submissionSessions } from '../submission.ts';
import { createMemoryBooks, type MemoryBooks } from './memory-books.ts';
import { Peer } from './peer.ts';

const SERVER = '192.0.2.25';
const CLIENT = '198.51.100.7';

export interface PostRoomOptions {
  readonly kind: 'mx' | 'submission' | 'lmtp';
  /** Addresses of accounts, with their passwords. */
  readonly people?: Readonly<Record<string, string>>;
  /** Addresses that stand for others. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  readonly judge?: Judge;
  readonly isDmarcRejectObeyed?: boolean;
  readonly policy?: Partial<SubmissionPolicy>;
  readonly dkimKeys?: readonly DkimKey[];
  /** Letters that are sent again are stored once: with these books, or with new ones. */
  readonly retries?: Retries;
  readonly segmentMax?: number;
  readonly receiver?: Partial<ReceiverOptions>;
  /** Somewhere real, with a real net in `receiver`. */
  readonly listenAt?: Endpoint;
}

export interface PostRoom {
  readonly books: MemoryBooks;
  readonly clock: SimClock;
  readonly log: MemoryLog;
  readonly receiver: Receiver;
  readonly endpoint: Endpoint;
  readonly directory: Directory & { readonly people: Map<string, Account> };
  connect(from?: string): Promise<Peer>;
  /** Connects and reads the greeting. */
  greeted(from?: string): Promise<Peer>;
}

export const HOSTNAME = 'mx.elm.test';

/** `eve@elm.test` and `ann@elm.test` live here unless told otherwise. */
export async function openPostRoom(options: PostRoomOptions): Promise<PostRoom> {
  const clock = new SimClock();
  const random = seededRandom(42);
  const log = new MemoryLog();
  const books = createMemoryBooks(options.dkimKeys);
  const net = new SimNet({ clock, ...(options.segmentMax === undefined ? {} : { segmentMax: options.segmentMax }) });
  const directory = createPeople(options.people ?? { 'eve@elm.test': 'pw-eve', 'ann@elm.test': 'pw-ann', 'postmaster@elm.test': 'pw-pm' }, options.aliases ?? {});
  const planner = createPlanner({ directory, clock });
  const shared = { hostname: HOSTNAME, store: books, directory, planner, clock, random, log, expire: 5 * 86_400_000 };
  const once = options.retries === undefined ? {} : { retries: options.retries };
  const sessions: Record<PostRoomOptions['kind'], () => OpenSession> = {
    mx: () => mxSessions({ ...shared, ...once, isDmarcRejectObeyed: options.isDmarcRejectObeyed ?? false, ...(options.judge === undefined ? {} : { judge: options.judge }) }),
    lmtp: () => lmtpSessions({ ...shared, ...once }),
    submission: () => submissionSessions({ ...shared, sign, policy: { isClearAuthAllowed: true, isTrusted: () => false, addsMissing: true, ...options.policy }, ...once }),
  };
  const receiver = createReceiver({
    name: options.kind,
    protocol: options.kind === 'lmtp' ? 'lmtp' : 'smtp',
    hostname: HOSTNAME,
    net: net.host(SERVER),
    clock,
    random,
    log,
    faults: noFaults,
    sessions: sessions[options.kind](),
    ...options.receiver,
  });
  const { endpoint } = await receiver.listen(options.listenAt ?? { host: SERVER, port: 25 });
  const connect = async (from = CLIENT): Promise<Peer> => new Peer(await net.host(from).connect({ host: SERVER, port: 25 }));
  return {
    books,
    clock,
    log,
    receiver,
    endpoint,
    directory,
    connect,
    greeted: async (from) => {
      const peer = await connect(from);
      await peer.reply();
      return peer;
    },
  };
}

function createPeople(passwords: Readonly<Record<string, string>>, aliases: Readonly<Record<string, readonly string[]>>): PostRoom['directory'] {
  const people = new Map(Object.keys(passwords).map((address, index): [string, Account] => [address, { id: accountId(index + 1), address, createdAt: 0 }]));
  const isOurDomain = (domain: string): boolean => domain === 'elm.test';
  const expand: Directory['expand'] = async (address): Promise<Expansion> => {
    if (!isOurDomain(address.domain)) return { kind: 'elsewhere' };
    const key = addressKey(address);
    const targets = aliases[key];
    if (targets !== undefined) {
      return { kind: 'alias', targets: targets.flatMap((target) => parseAddress(target) ?? []), belief: { kind: 'alias', address: key, targets } };
    }
    const account = people.get(key);
    return account === undefined ? { kind: 'unknown' } : { kind: 'account', account: account.id, address: key, belief: { kind: 'account', address: key, account: account.id } };
  };
  return {
    people,
    isOurDomain,
    expand,
    resolve: async (address) => {
      const { kind } = await expand(address);
      return { kind: kind === 'account' || kind === 'alias' ? 'ours' : kind };
    },
    postmaster: () => ({ localPart: 'postmaster', domain: 'elm.test' }),
    login: async ({ user, password }): Promise<LoginAnswer> => {
      const account = people.get(user);
      if (user === 'flooded@elm.test') return { kind: 'throttled' };
      return account !== undefined && passwords[user] === password ? { kind: 'welcome', account } : { kind: 'refused' };
    },
    limitsOf: async () => undefined,
    quotasOf: async () => [],
    roomBehind: async () => 'room',
    maySendAs: async (account, sender) => addressKey(sender) === account.address,
  };
}

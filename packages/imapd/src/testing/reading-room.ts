/**
 * An IMAP server on a simulated network, with an empty store in memory: for dialogues.
 */
import type { Directory } from '@posthorn/directory/directory.ts';
import { createOpenDirectory } from '@posthorn/directory/open-directory.ts';
import { openSqliteStore } from '@posthorn/store/sqlite/open.ts';
import type { Store } from '@posthorn/store/store.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import { SimNet } from '@posthorn/world/sim/net.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { type ImapServer, type ImapServerOptions, createImapServer } from '../server.ts';
import { Client, play } from './transcript.ts';

const SERVER = { host: '192.0.2.143', port: 143 };
const CLIENT = '192.0.2.7';

export type RoomOptions = Partial<Omit<ImapServerOptions, 'directory'>> & {
  readonly directory?: (store: Store, clock: SimClock) => Promise<Directory>;
  /** Small: everything arrives in pieces. */
  readonly segmentMax?: number;
};

export class ReadingRoom implements AsyncDisposable {
  readonly clock: SimClock;
  readonly log: MemoryLog;
  readonly store: Store;
  readonly server: ImapServer;
  readonly #net: SimNet;

  static async open(options: RoomOptions = {}): Promise<ReadingRoom> {
    const clock = new SimClock();
    const log = new MemoryLog();
    const store = options.store ?? await openSqliteStore({ path: ':memory:', clock, log });
    const { directory, segmentMax, ...rest } = options;
    const net = new SimNet({ clock, ...(segmentMax === undefined ? {} : { segmentMax }) });
    const server = createImapServer({
      net: net.host(SERVER.host),
      clock,
      log,
      random: seededRandom(7),
      isImplicitTls: false,
      isClearLoginAllowed: true,
      isScramOffered: false,
      ...rest,
      store,
      directory: await (directory?.(store, clock) ?? createOpenDirectory({ store, clock })),
    });
    await server.listen(SERVER);
    return new ReadingRoom({ clock, log, store, server, net });
  }

  private constructor({ clock, log, store, server, net }: {
    readonly clock: SimClock;
    readonly log: MemoryLog;
    readonly store: Store;
    readonly server: ImapServer;
    readonly net: SimNet;
  }) {
    this.clock = clock;
    this.log = log;
    this.store = store;
    this.server = server;
    this.#net = net;
  }

  async connect(): Promise<Client> {
    return new Client(await this.#net.host(CLIENT).connect(SERVER));
  }

  /** Connected, and the greeting is read. */
  async greeted(): Promise<Client> {
    const client = await this.connect();
    await client.line();
    return client;
  }

  /** Logged in. */
  async reader(user = 'eve@elm.test'): Promise<Client> {
    const client = await this.greeted();
    await client.command('login', `LOGIN ${user} secret`);
    return client;
  }

  /** Puts a letter into a mailbox, by another session. */
  async put(letter: string, { user = 'eve@elm.test', mailbox = 'INBOX', flags = '' } = {}): Promise<void> {
    const client = await this.reader(user);
    const answer = await client.command('put', `APPEND ${mailbox} (${flags}) {${Buffer.byteLength(letter)}+}\r\n${letter}`);
    if (!answer.at(-1)?.startsWith('put OK')) throw new Error(answer.join('\n'));
    client.connection.destroy();
  }

  /** Plays a transcript with one client. */
  async play(client: Client, script: string): Promise<void> {
    await play({ '': client }, script);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close(0);
    await this.store.close();
    const fault = this.log.lines.find(({ event }) => /\bbug\b|badly/.test(event))?.facts['err'];
    if (fault instanceof Error) throw new Error(`a session met a bug: ${fault.stack ?? ''}`);
  }
}

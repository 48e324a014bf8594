/**
 * An IMAP server on a simulated network, with an empty store in memory: for dialogues.
 */
import { addressKey } from '@posthorn/mail/address.ts';
import { createOpenDirectory } from '@posthorn/directory/open-directory.ts';
import type { Directory } from '@posthorn/directory/directory.ts';
import { openSqliteStore } from '@posthorn/store/sqlite/open.ts';
import type { Store } from '@posthorn/store/store.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import { SimNet } from '@posthorn/world/sim/net.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { type ImapServer, type ImapServerOptions, createImapServer } from '../server.ts';
import { Client, play } from './transcript.ts';

const SERVER = '192.0.2.143';
const CLIENT = '192.0.2.7';

export interface ReadingRoom {
  readonly clock: SimClock;
  readonly log: MemoryLog;
  readonly store: Store;
  readonly server: ImapServer;
  connect(): Promise<Client>;
  /** Connects and reads the greeting. */
  greeted(): Promise<Client>;
  /** Connects and logs in. */
  reader(user?: string): Promise<Client>;
  /** Puts a letter into a mailbox of this user by APPEND. */
  put(letter: string, options?: { readonly user?: string; readonly mailbox?: string; readonly flags?: string }): Promise<void>;
  play(script: string, ...clients: readonly Client[]): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

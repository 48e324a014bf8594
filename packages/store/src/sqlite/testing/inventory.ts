/**
 * What books hold, told plainly: for tests that compare books before and after something.
 */
import { createHash } from 'node:crypto';
import type { Account } from '../../accounts.ts';
import type { Mailbox } from '../../mailboxes.ts';
import type { MessageRow } from '../../messages.ts';
import type { Store } from '../../store.ts';
import { rowsOf } from './books.ts';

export interface HeldLetter {
  readonly uid: number;
  readonly letter: string;
  readonly flags: readonly string[];
  readonly internalDate: number;
  readonly octets: number;
  readonly subject: string | null;
  /** Of the letter as its reader sees it, in hexadecimal; why it cannot be read, if so. */
  readonly sha256: string;
}

export interface HeldMailbox {
  readonly account: string;
  readonly name: string;
  readonly specialUse: string | null;
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly counts: readonly number[];
  readonly letters: readonly HeldLetter[];
}

export interface Inventory {
  readonly accounts: readonly string[];
  readonly aliases: readonly string[];
  readonly subscriptions: readonly string[];
  readonly mailboxes: readonly HeldMailbox[];
  readonly spool: readonly string[];
}

export async function inventoryOf(store: Store): Promise<Inventory> {
  const accounts = await store.accounts.list();
  const mailboxes: HeldMailbox[] = [];
  for (const account of accounts) {
    for (const mailbox of await store.mailboxes.list(account.id)) mailboxes.push(await held(store, account, mailbox));
  }
  return {
    accounts: accounts.map(({ address, credentials }) => `${address} ${credentials?.argon2id ?? '-'}`),
    aliases: (await store.aliases.list()).map(({ address, targets }) => `${address} ${targets.join(' ')}`),
    subscriptions: (await Promise.all(accounts.map(async ({ id, address }) => (await store.mailboxes.subscriptions(id)).map((name) => `${address} ${name}`)))).flat(),
    mailboxes,
    spool: await Promise.all((await store.spool.list({ limit: 1000 })).map(async ({ letter, reversePath, content, recipients, expiresAt }) => {
      const people = recipients.map(({ address, state, attempts }) => `${address} ${state} ${attempts}`).join(', ');
      return `${letter} ${reversePath ?? '<>'} ${expiresAt} ${await digest(store.contents.read(content))} ${people}`;
    })),
  };
}

async function held(store: Store, account: Account, mailbox: Mailbox): Promise<HeldMailbox> {
  const key = { account: account.id, mailbox: mailbox.id };
  const counts = await store.mailboxes.counts(key.account, key.mailbox);
  const letters: HeldLetter[] = [];
  for (const row of await rowsOf(store, key)) letters.push(await heldLetter(store, row));
  return {
    account: account.address, name: mailbox.name, specialUse: mailbox.specialUse ?? null,
    uidValidity: mailbox.uidValidity, uidNext: mailbox.uidNext, letters,
    counts: counts === undefined ? [] : [counts.messages, counts.unseen, counts.deleted, counts.octets],
  };
}

async function heldLetter(store: Store, row: MessageRow): Promise<HeldLetter> {
  const { uid, letter, flags, internalDate, octets, summary } = row;
  return { uid, letter, flags, internalDate, octets, subject: summary.envelope.subject, sha256: await digest(store.messages.read(row)) };
}

async function digest(chunks: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of chunks) hash.update(chunk);
  } catch (error) {
    return `unreadable: ${String(error)}`;
  }
  return hash.digest('hex');
}

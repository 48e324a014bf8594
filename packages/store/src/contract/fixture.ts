/**
 * What the contract's tests have in common: a store to open, and letters to put into it.
 */
import { letterId, type LetterId, type Uid, uid } from '../ids.ts';
import type { Account } from '../accounts.ts';
import type { Acceptance, AcceptAnswer } from '../acceptance.ts';
import type { StagedContent } from '../contents.ts';
import type { Mailbox } from '../mailboxes.ts';
import type { MailboxKey, MessageRow } from '../messages.ts';
import type { SpoolRecipient } from '../spool.ts';
import type { Store } from '../store.ts';
import type { MessageSummary } from '@posthorn/mail/summary.ts';

/** Opens an empty store of the implementation under test. */
export type OpenStore = () => Promise<Store>;

export const NOW = Date.UTC(2026, 0, 1, 12);
export const TEXT = 'From: ann@ash.test\r\nSubject: The plan\r\n\r\nAt nine.\r\n';
export const PREFIX = Buffer.from('Return-Path: <ann@ash.test>\r\n');

export const SUMMARY: MessageSummary = {
  envelope: {
    date: null, subject: 'The plan', from: [], sender: [], replyTo: [], to: [], cc: [], bcc: [], inReplyTo: null, messageId: '<plan@ash.test>',
  },
  structure: {
    type: 'text', subtype: 'plain', parameters: [], encoding: '7bit',
    header: { start: 0, end: 40 }, body: { start: 40, end: TEXT.length }, lines: 1,
  },
  sentAt: null,
};

export async function stage(store: Store, octets: Buffer | string = TEXT): Promise<StagedContent> {
  const intake = store.contents.receive();
  await intake.write(Buffer.from(octets));
  return intake.finish();
}

export async function octetsOf(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const found: Buffer[] = [];
  for await (const chunk of chunks) found.push(chunk);
  return Buffer.concat(found);
}

export async function addAccount(store: Store, address = 'eve@elm.test'): Promise<Account> {
  const { account } = await store.accounts.add({ address, at: NOW });
  return account;
}

export async function mailboxOf(store: Store, account: Account, name = 'INBOX'): Promise<Mailbox> {
  const mailbox = await store.mailboxes.byName(account.id, name);
  if (mailbox === undefined) throw new Error(`no mailbox ${name}`);
  return mailbox;
}

export async function keyOf(store: Store, account: Account, name = 'INBOX'): Promise<MailboxKey> {
  return { account: account.id, mailbox: (await mailboxOf(store, account, name)).id };
}

export async function only(store: Store, key: MailboxKey, number = 1): Promise<MessageRow> {
  const [row] = await store.messages.rows(key, [uid(number)]);
  if (row === undefined) throw new Error(`no message ${number}`);
  return row;
}

export function uids(...numbers: readonly number[]): readonly Uid[] {
  return numbers.map(uid);
}

let letters = 0;

/** A letter id that no test used before. */
export function newLetter(): LetterId {
  letters += 1;
  return letterId(`letter${letters}`);
}

/** An acceptance of `TEXT` for the INBOX of `accounts`; whatever is given replaces its part. */
export async function acceptance(store: Store, accounts: readonly Account[], parts: Partial<Acceptance> = {}): Promise<Acceptance> {
  const letter = parts.letter ?? newLetter();
  return {
    letter,
    at: NOW,
    sender: 'ann@ash.test',
    content: parts.content ?? await stage(store),
    cuts: [],
    summary: SUMMARY,
    placements: accounts.map(({ id, address }) => ({
      account: id, mailbox: 'INBOX', prefix: PREFIX, flags: [], internalDate: NOW, recipient: address,
    })),
    ledger: [{ at: NOW, letter, act: 'accepted', detail: { listener: 'mx' } }],
    beliefs: accounts.map(({ id, address }) => ({ kind: 'account', address, account: id })),
    ...parts,
  };
}

export async function deliver(store: Store, accounts: readonly Account[], parts: Partial<Acceptance> = {}): Promise<AcceptAnswer> {
  return store.accept(await acceptance(store, accounts, parts));
}

export function recipient(address: string, nextAt = NOW): SpoolRecipient {
  return { address, route: address.slice(address.indexOf('@') + 1), nextAt };
}

/** Puts `TEXT` under way to these addresses. */
export async function spool(store: Store, addresses: readonly string[], parts: Partial<Acceptance> = {}): Promise<LetterId> {
  const letter = parts.letter ?? newLetter();
  await deliver(store, [], {
    letter,
    spool: {
      reversePath: 'ann@ash.test', body: '7BIT', isSmtpUtf8: false, isTlsRequired: false, prefix: PREFIX,
      expiresAt: NOW + 1_000_000, recipients: addresses.map((address) => recipient(address)),
    },
    ...parts,
  });
  return letter;
}

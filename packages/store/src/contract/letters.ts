/**
 * Letters for the contract: the smallest acceptance that means something, to be varied.
 */
import { StructureParser } from '@posthorn/mail/structure-parser.ts';
import { summarize } from '@posthorn/mail/summary.ts';
import type { Acceptance } from '../acceptance.ts';
import type { Account } from '../accounts.ts';
import { letterId } from '../ids.ts';
import type { SpoolRecipient } from '../spool.ts';
import type { Store } from '../store.ts';

export const NOW = Date.UTC(2026, 10, 23, 12);
export const LETTER = Buffer.from('From: ann@ash.test\r\nTo: eve@elm.test\r\nSubject: Hello\r\nMessage-ID: <1@ash.test>\r\n\r\nIt works.\r\n');
export const PREFIX = Buffer.from('Received: from ash.test by elm.test; Mon, 23 Nov 2026 12:00:00 +0000\r\n');

export async function person(store: Store, address: string): Promise<Account> {
  return (await store.accounts.add({ address, at: NOW })).account;
}

/** A letter received whole and not yet accepted. */
export async function acceptance(store: Store, id: string, more: Partial<Acceptance> = {}, letter: Buffer = LETTER): Promise<Acceptance> {
  const intake = store.contents.receive();
  await intake.write(letter);
  const content = await intake.finish();
  const parser = new StructureParser();
  parser.push(letter);
  const { structure, header } = parser.end();
  return {
    letter: letterId(id), at: NOW, sender: 'ann@ash.test', content, cuts: [],
    summary: summarize({ prefix: PREFIX, header, cuts: [], structure }), placements: [], ledger: [{ at: NOW, letter: letterId(id), act: 'accepted', detail: {} }], beliefs: [], ...more,
  };
}

export function copyFor(account: Account, prefix = PREFIX): Acceptance['placements'][number] {
  return { account: account.id, mailbox: 'INBOX', prefix, flags: [], internalDate: NOW, recipient: account.address };
}

export function onward(...recipients: readonly (readonly [address: string, route: string])[]): NonNullable<Acceptance['spool']> {
  return {
    reversePath: 'ann@ash.test', body: '7BIT', isSmtpUtf8: false, isTlsRequired: false, prefix: PREFIX, expiresAt: NOW + 1_000_000,
    recipients: recipients.map(([address, route]): SpoolRecipient => ({ address, route, nextAt: NOW })),
  };
}

/** Her INBOX. */
export async function inboxOf(store: Store, account: Account): Promise<{ readonly account: Account['id']; readonly mailbox: NonNullable<Awaited<ReturnType<Store['mailboxes']['byName']>>>['id'] }> {
  const mailbox = await store.mailboxes.byName(account.id, 'INBOX');
  if (mailbox === undefined) throw new Error('no INBOX');
  return { account: account.id, mailbox: mailbox.id };
}

export async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/**
 * LIST and LSUB: which mailboxes there are, and which a person wants to see.
 *
 * RFC 3501 §6.3.8, §6.3.9; RFC 3348 (CHILDREN); RFC 6154 (SPECIAL-USE). The options of RFC 5258
 * are obeyed as far as the reader knows them, and not advertised.
 */
import { type ListedMailbox, joinReference, selectMailboxes } from '@posthorn/imap/list-pattern.ts';
import { listDelimiterLine, listLine } from '@posthorn/imap/response.ts';
import type { Mailbox } from '@posthorn/store/mailboxes.ts';
import type { KnownExchange } from '../exchange.ts';
import { type Reply, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';
import { tellStatus } from './status.ts';

type List = CommandNamed<'LIST' | 'LSUB'>;

export async function list(exchange: KnownExchange, command: List): Promise<Reply> {
  const { out } = exchange;
  // RFC 9051 §6.3.9: an empty pattern asks for the hierarchy delimiter.
  const patterns = command.patterns.filter((pattern) => pattern !== '');
  if (patterns.length === 0) out.write(listDelimiterLine(command.name));
  else {
    const meant = patterns.map((pattern) => joinReference(command.reference, pattern));
    await (command.name === 'LSUB' ? tellSubscribed(exchange, meant) : tellMailboxes(exchange, command, meant));
  }
  return ok(`${command.name} done`);
}

async function tellMailboxes(exchange: KnownExchange, command: List, patterns: readonly string[]): Promise<void> {
  const { session, account, out } = exchange;
  const { mailboxes } = session.services.store;
  const all = await mailboxes.list(account.id);
  const byName = new Map(all.map((mailbox) => [mailbox.name, mailbox]));
  const needsSubscriptions = command.selectOptions.includes('SUBSCRIBED') || command.returnOptions.includes('SUBSCRIBED');
  const subscribed = new Set(needsSubscriptions ? await mailboxes.subscriptions(account.id) : []);
  const listed = selectMailboxes(all.map(({ name }) => name), patterns)
    .filter(({ name }) => !command.selectOptions.includes('SUBSCRIBED') || subscribed.has(name))
    .filter(({ name }) => !command.selectOptions.includes('SPECIAL-USE') || byName.get(name)?.specialUse !== undefined);
  for (const found of listed) {
    const mailbox = byName.get(found.name);
    out.write(listLine({ name: 'LIST', mailbox: found.name, attributes: attributesOf(found, { mailbox, isSubscribed: subscribed.has(found.name) }) }, session.dialect));
    if (command.statusItems.length > 0 && mailbox !== undefined) await tellStatus(exchange, mailbox, command.statusItems);
    await out.room();
  }
}

function attributesOf({ isParentOnly, hasChildren }: ListedMailbox, { mailbox, isSubscribed }: {
  readonly mailbox: Mailbox | undefined;
  readonly isSubscribed: boolean;
}): readonly string[] {
  return [
    ...(isParentOnly ? ['\\Noselect'] : []),
    hasChildren ? '\\HasChildren' : '\\HasNoChildren',
    ...(mailbox?.specialUse === undefined ? [] : [mailbox.specialUse]),
    ...(isSubscribed ? ['\\Subscribed'] : []),
  ];
}

/** RFC 3501 §6.3.9: names subscribed to, whether or not there is such a mailbox. */
async function tellSubscribed({ session, account, out }: KnownExchange, patterns: readonly string[]): Promise<void> {
  const { mailboxes } = session.services.store;
  const existing = new Set((await mailboxes.list(account.id)).map(({ name }) => name));
  for (const { name, isParentOnly } of selectMailboxes(await mailboxes.subscriptions(account.id), patterns)) {
    out.write(listLine({ name: 'LSUB', mailbox: name, attributes: isParentOnly || !existing.has(name) ? ['\\Noselect'] : [] }, session.dialect));
    await out.room();
  }
}

/**
 * LIST and LSUB: which mailboxes there are, and which a person wants to see.
 *
 * RFC 9051 §6.3.9, RFC 3501 §6.3.8 and §6.3.9; RFC 5258 (LIST-EXTENDED), RFC 5819 (LIST-STATUS),
 * RFC 3348 (CHILDREN), RFC 6154 (SPECIAL-USE).
 */
import { joinReference, selectMailboxes } from '@posthorn/imap/list-pattern.ts';
import { type Listed, selectListed } from '@posthorn/imap/list-selection.ts';
import { listDelimiterLine, listLine, string } from '@posthorn/imap/response.ts';
import type { Mailbox } from '@posthorn/store/mailboxes.ts';
import type { KnownExchange } from '../exchange.ts';
import { type Reply, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';
import { tellStatus } from './status.ts';

type List = CommandNamed<'LIST' | 'LSUB'>;

export async function list(exchange: KnownExchange, command: List): Promise<Reply> {
  const { out } = exchange;
  const patterns = command.patterns.filter((pattern) => pattern !== '');
  // RFC 9051 §6.3.9: an empty pattern asks for the hierarchy delimiter; RFC 5258 §3: not among options.
  if (patterns.length === 0 && command.isExtended !== true) out.write(listDelimiterLine(command.name));
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
  const isAsked = (option: string): boolean => command.selectOptions.includes(option) || command.returnOptions.includes(option);
  const subscribed = new Set(isAsked('SUBSCRIBED') ? await mailboxes.subscriptions(account.id) : []);
  const withSpecialUse = new Set(all.filter(({ specialUse }) => specialUse !== undefined).map(({ name }) => name));
  const isExtended = command.isExtended === true || session.dialect.isRev2;
  for (const found of selectListed({ names: all.map(({ name }) => name), subscribed, withSpecialUse }, { patterns, selectOptions: command.selectOptions })) {
    const mailbox = byName.get(found.name);
    out.write(listLine({
      name: 'LIST',
      mailbox: found.name,
      attributes: attributesOf(found, { mailbox, isSubscribed: subscribed.has(found.name), isExtended }),
      extended: found.childInfo.length === 0 ? [] : [`"CHILDINFO" (${found.childInfo.map(string).join(' ')})`],
    }, session.dialect));
    if (command.statusItems.length > 0 && mailbox !== undefined) await tellStatus(exchange, mailbox, command.statusItems);
    await out.room();
  }
}

function attributesOf({ isThere, hasChildren }: Listed, { mailbox, isSubscribed, isExtended }: {
  readonly mailbox: Mailbox | undefined;
  readonly isSubscribed: boolean;
  readonly isExtended: boolean;
}): readonly string[] {
  return [
    // RFC 5258 §3: \NonExistent says more, to whoever knows the word.
    ...(isThere ? [] : [isExtended ? '\\NonExistent' : '\\Noselect']),
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

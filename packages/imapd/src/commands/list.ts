/**
 * LIST and LSUB: which mailboxes there are, and which a person wants to see.
 *
 * RFC 9051 §6.3.9, RFC 3501 §6.3.8 and §6.3.9; RFC 5258 (LIST-EXTENDED), RFC 5819 (LIST-STATUS),
 * RFC 3348 (CHILDREN), RFC 6154 (SPECIAL-USE).
 */
import { joinReference, selectMailboxes } from '@posthorn/imap/list-pattern.ts';
import { type Listed, selectListed } from '@posthorn/imap/list-selection.ts';
import { listDelimiterLine, listLine, string } from '@posthorn/imap/response.ts';
import { metadataLine, myRightsLine } from '@posthorn/imap/sharing-response.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { SpecialUse } from '@posthorn/store/mailboxes.ts';
import { type Access, listed } from '../access.ts';
import type { KnownExchange } from '../exchange.ts';
import { type Reply, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';
import { notesOf } from './metadata.ts';
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
  const all = await listed(session.services.store, account);
  const byName = new Map(all.map((access) => [access.name, access]));
  const isAsked = (option: string): boolean => command.selectOptions.includes(option) || command.returnOptions.includes(option);
  const subscribed = new Set(isAsked('SUBSCRIBED') ? await mailboxes.subscriptions(account.id) : []);
  const withSpecialUse = new Set(all.filter((access) => useOf(access, account) !== undefined).map(({ name }) => name));
  const isExtended = command.isExtended === true || session.dialect.isRev2;
  for (const found of selectListed({ names: all.map(({ name }) => name), subscribed, withSpecialUse }, { patterns, selectOptions: command.selectOptions })) {
    const access = byName.get(found.name);
    out.write(listLine({
      name: 'LIST',
      mailbox: found.name,
      attributes: attributesOf(found, { specialUse: access && useOf(access, account), isSubscribed: subscribed.has(found.name), isExtended }),
      extended: found.childInfo.length === 0 ? [] : [`"CHILDINFO" (${found.childInfo.map(string).join(' ')})`],
    }, session.dialect));
    // RFC 5819 §2: none where it may not be asked.
    if (command.statusItems.length > 0 && access?.may('read') === true) await tellStatus(exchange, access, command.statusItems);
    if (access !== undefined) await tellExtras(exchange, access, command);
    await out.room();
  }
}

/** RFC 8440 §3 (LIST-MYRIGHTS), RFC 9590 §3 (LIST-METADATA). */
async function tellExtras({ session, account, out }: KnownExchange, { key, name, rights }: Access, { returnOptions, metadataEntries }: List): Promise<void> {
  if (returnOptions.includes('MYRIGHTS')) out.write(myRightsLine(name, rights, session.dialect));
  if (metadataEntries === undefined || !rights.has('r')) return;
  const notes = await notesOf(session.services.store, { key, account: account.id }, { entries: metadataEntries, depth: 0 });
  out.write(metadataLine(name, notes, session.dialect));
}

function attributesOf({ isThere, hasChildren }: Listed, { specialUse, isSubscribed, isExtended }: {
  readonly specialUse: SpecialUse | undefined;
  readonly isSubscribed: boolean;
  readonly isExtended: boolean;
}): readonly string[] {
  return [
    // RFC 5258 §3: \NonExistent says more, to whoever knows the word.
    ...(isThere ? [] : [isExtended ? '\\NonExistent' : '\\Noselect']),
    hasChildren ? '\\HasChildren' : '\\HasNoChildren',
    ...(specialUse === undefined ? [] : [specialUse]),
    ...(isSubscribed ? ['\\Subscribed'] : []),
  ];
}

/** RFC 6154 §2: what a mailbox is for is its owner's affair. */
function useOf({ key, mailbox }: Access, account: Account): SpecialUse | undefined {
  return key.account === account.id ? mailbox.specialUse : undefined;
}

/** RFC 3501 §6.3.9: names subscribed to, whether or not there is such a mailbox. */
async function tellSubscribed({ session, account, out }: KnownExchange, patterns: readonly string[]): Promise<void> {
  const { mailboxes } = session.services.store;
  const existing = new Set((await listed(session.services.store, account)).map(({ name }) => name));
  for (const { name, isParentOnly } of selectMailboxes(await mailboxes.subscriptions(account.id), patterns)) {
    out.write(listLine({ name: 'LSUB', mailbox: name, attributes: isParentOnly || !existing.has(name) ? ['\\Noselect'] : [] }, session.dialect));
    await out.room();
  }
}

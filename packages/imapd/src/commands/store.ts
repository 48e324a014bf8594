/**
 * STORE: flags set, added, removed. RFC 9051 §6.4.6.
 */
import { fetchLine } from '@posthorn/imap/fetch-response.ts';
import { flagList } from '@posthorn/imap/response.ts';
import { type Flag, flagKey } from '@posthorn/mail/flags.ts';
import type { MessageState } from '@posthorn/store/messages.ts';
import type { MailboxExchange } from '../exchange.ts';
import { pages } from '../pages.ts';
import { type Reply, bad, no, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

export async function store(exchange: MailboxExchange, command: CommandNamed<'STORE'>): Promise<Reply> {
  const { session, selected, out } = exchange;
  const { store: books, clock } = session.services;
  if (selected.isReadOnly) return no('READ-ONLY', 'The mailbox is open for reading only');
  const { how, isSilent } = command;
  // RFC 3501 §2.3.2: \Recent is not the client's to change.
  const flags = command.flags.filter((flag) => flagKey(flag) !== '\\recent');
  const uids = selected.view.resolve(command.set, command.isUid);
  if (uids === undefined) return bad('There is no message of that number');
  for (const page of pages(uids)) {
    const before = new Map(page.map((uid) => [uid, selected.view.flagsOf(uid) ?? []]));
    const { states } = await books.messages.setFlags({ ...selected.key, uids: page, how, flags, at: clock.now() });
    selected.view.settle(states);
    for (const state of states) {
      // RFC 9051 §6.4.6: even a silent STORE tells what somebody else has changed meanwhile.
      if (isSilent && isExpected(state, { before: before.get(state.uid) ?? [], how, flags })) continue;
      tell(exchange, state.uid, command.isUid);
    }
    await out.room();
  }
  return ok('STORE done');
}

function tell({ selected, out }: MailboxExchange, uid: MessageState['uid'], isUid: boolean): void {
  const seqNum = selected.view.seqNumOf(uid);
  const flags = selected.view.flagsOf(uid);
  if (seqNum === undefined || flags === undefined) return;
  selected.tellFlags(out, flags);
  // RFC 9051 §6.4.9: a UID command's FETCH bears the UID.
  out.write(fetchLine(seqNum, [...(isUid ? [`UID ${uid}`] : []), `FLAGS ${flagList(flags)}`]));
}

function isExpected(state: MessageState, { before, how, flags }: {
  readonly before: readonly Flag[];
  readonly how: 'add' | 'remove' | 'replace';
  readonly flags: readonly Flag[];
}): boolean {
  const named = keys(flags);
  const had = keys(before);
  const expected = {
    add: () => [...had, ...named],
    remove: () => [...had].filter((key) => !named.has(key)),
    replace: () => [...named],
  }[how]();
  const is = keys(state.flags);
  return new Set(expected).size === is.size && expected.every((key) => is.has(key));
}

function keys(flags: readonly Flag[]): Set<string> {
  return new Set(flags.map(flagKey).filter((key) => key !== '\\recent'));
}

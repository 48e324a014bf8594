/**
 * STORE: flags set, added, removed. RFC 9051 §6.4.6; RFC 7162 §3.1.3 (UNCHANGEDSINCE).
 */
import { formatSet } from '@posthorn/imap/sequence-set.ts';
import { type Flag, flagKey } from '@posthorn/mail/flags.ts';
import { type Modseq, type Uid, modseq } from '@posthorn/store/ids.ts';
import type { MessageState } from '@posthorn/store/messages.ts';
import { wakeCondstore } from '../condstore.ts';
import type { MailboxExchange } from '../exchange.ts';
import { mayFlag, withoutOf } from '../flag-rights.ts';
import { tellState } from '../message-state.ts';
import { pages } from '../pages.ts';
import { type Reply, bad, no, noPermission, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

export async function store(exchange: MailboxExchange, command: CommandNamed<'STORE'>): Promise<Reply> {
  const { session, selected, out } = exchange;
  const { store: books, clock } = session.services;
  if (selected.isReadOnly) return no('READ-ONLY', 'The mailbox is open for reading only');
  const { how, isSilent } = command;
  // RFC 3501 §2.3.2: \Recent is not the client's to change.
  const named = command.flags.filter((flag) => flagKey(flag) !== '\\recent');
  const flags = named.filter((flag) => mayFlag(selected.access, flag));
  // RFC 4314 §4: what may not be changed is passed over, if anything may.
  if (selected.access.isFlagless || (flags.length === 0 && named.length > 0)) return noPermission();
  const uids = selected.view.resolve(command.set, command.isUid);
  if (uids === undefined) return bad('There is no message of that number');
  if (command.unchangedSince !== undefined) wakeCondstore(exchange);
  const modified: Uid[] = [];
  for (const page of pages(uids)) {
    const before = new Map(page.map((uid) => [uid, selected.view.flagsOf(uid) ?? []]));
    const answer = await books.messages.setFlags({ ...selected.key, uids: page, how, flags, ...condition(command), ...withoutOf(selected.access), at: clock.now() });
    selected.view.settle(answer.states);
    modified.push(...answer.modified);
    for (const state of answer.states) {
      // RFC 9051 §6.4.6: even a silent STORE tells what somebody else has changed meanwhile.
      const withFlags = !isSilent || !isExpected(state, { before: before.get(state.uid) ?? [], how, flags });
      // RFC 9051 §6.4.9: a UID command's FETCH bears the UID. RFC 7162 §3.1.3: the modseq is told even when silent.
      tellState(exchange, state.uid, { withUid: command.isUid || session.dialect.isResyncing, withFlags });
    }
    await out.room();
  }
  if (modified.length === 0) return ok('STORE done');
  // What they have become is told before the answer ends.
  selected.ring();
  const numbers = command.isUid ? modified : modified.flatMap((uid) => selected.view.seqNumOf(uid) ?? []);
  return ok('Some of them have changed since', `MODIFIED ${formatSet(numbers)}`);
}

/** RFC 7162 §3.1.3. */
function condition({ unchangedSince }: CommandNamed<'STORE'>): { readonly unchangedSince?: Modseq } {
  return unchangedSince === undefined ? {} : { unchangedSince: modseq(unchangedSince) };
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

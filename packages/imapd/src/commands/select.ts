/**
 * SELECT, EXAMINE; CLOSE and UNSELECT. RFC 3501 §6.3.1, §6.3.2, §6.4.2; RFC 3691 (UNSELECT).
 *
 * RFC 9051 §6.3.2 and Appendix E for those who speak rev2; RFC 7162 §3.2.5 (QRESYNC).
 */
import type { Resync } from '@posthorn/imap/command.ts';
import { mailboxObjectId } from '@posthorn/imap/object-id.ts';
import { flagList, flagsLine, listLine, untagged } from '@posthorn/imap/response.ts';
import { formatUpdates } from '@posthorn/imap/session-view.ts';
import { highestModseqCode, tellVanished } from '../condstore.ts';
import type { Access } from '../access.ts';
import { type KnownExchange, type MailboxExchange, reaching } from '../exchange.ts';
import { tellState } from '../message-state.ts';
import { type Reply, bad, ok } from '../reply.ts';
import { Selected } from '../selected.ts';
import type { CommandNamed } from './command.ts';
import { expungeDeleted } from './expunge.ts';

export async function select(exchange: KnownExchange, command: CommandNamed<'SELECT' | 'EXAMINE'>): Promise<Reply> {
  const { session, out } = exchange;
  // RFC 7162 §3.2.5.
  if (command.resync !== undefined && !session.dialect.isResyncing) return bad('ENABLE QRESYNC comes first');
  // RFC 7162 §3.2.11, RFC 9051 §7.1: what follows is about the other mailbox, or none.
  if (session.state.kind === 'selected') out.write(untagged(ok('The mailbox that was open is closed', 'CLOSED')));
  // RFC 9051 §6.3.2: a failed SELECT leaves no mailbox selected.
  session.deselect();
  return reaching(exchange, { name: command.mailbox, purpose: 'select' }, async (access) => open(exchange, command, access));
}

async function open(exchange: KnownExchange, command: CommandNamed<'SELECT' | 'EXAMINE'>, access: Access): Promise<Reply> {
  const { session, account } = exchange;
  const { store, watch } = session.services;
  // RFC 4314 §5.2: also where nothing may be changed.
  const isReadOnly = command.name === 'EXAMINE' || access.isReadOnly;
  const selected = await Selected.open({ store, watch, access, isReadOnly });
  if (command.isCondstore) session.enable('CONDSTORE');
  session.select(account, selected);
  describe({ ...exchange, selected }, access.name);
  if (command.resync?.uidValidity === access.mailbox.uidValidity) await resynchronize({ ...exchange, selected }, command.resync);
  return isReadOnly ? ok('Open for reading', 'READ-ONLY') : ok('Open', 'READ-WRITE');
}

function describe({ session: { dialect }, selected, out }: MailboxExchange, name: string): void {
  const { view, flags, permanentFlags, isReadOnly, uidNext, uidValidity, toldModseq } = selected;
  out.write(flagsLine(flags));
  out.write(untagged(isReadOnly ? ok('Nothing can be changed', 'PERMANENTFLAGS ()') : ok('Keywords may be made', `PERMANENTFLAGS ${flagList(permanentFlags)}`)));
  out.write(formatUpdates([{ kind: 'exists', count: view.count }, { kind: 'recent', count: view.recentCount }], dialect));
  const unseen = view.firstUnseen();
  // RFC 9051 Appendix E: UNSEEN is no more.
  if (unseen !== undefined && !dialect.isRev2) out.write(untagged(ok('First unseen message', `UNSEEN ${unseen}`)));
  out.write(untagged(ok('UIDs are valid', `UIDVALIDITY ${uidValidity}`)));
  out.write(untagged(ok('The next UID', `UIDNEXT ${uidNext}`)));
  // RFC 7162 §3.1.2.1: told to all, whether or not they ask about modseqs.
  out.write(untagged(ok('The newest change', highestModseqCode(toldModseq))));
  // RFC 8474 §4.2.
  out.write(untagged(ok('The mailbox, by whatever name', `MAILBOXID (${mailboxObjectId(selected.key.mailbox)})`)));
  // RFC 9051 §6.3.2.
  if (dialect.isRev2) out.write(listLine({ name: 'LIST', attributes: [], mailbox: name }, dialect));
}

/** RFC 7162 §3.2.5.1: what is gone, then what has changed, since the client looked last. */
async function resynchronize(exchange: MailboxExchange, { modseq, knownUids }: Resync): Promise<void> {
  const { out } = exchange;
  const changed = await tellVanished(exchange, { since: modseq, ...(knownUids === undefined ? {} : { set: knownUids }) });
  for (const uid of changed) {
    tellState(exchange, uid, { withUid: true, withFlags: true });
    await out.room();
  }
}

/** RFC 9051 §6.4.1: what is \Deleted goes, and nobody is told here. */
export async function close(exchange: MailboxExchange): Promise<Reply> {
  const { session, selected } = exchange;
  const isAnswered = session.dialect.isResyncing && !selected.isReadOnly;
  if (isAnswered) {
    await selected.look();
    selected.tell(exchange.out, { mayExpunge: true, dialect: session.dialect });
  }
  const gone = new Set(selected.isReadOnly || !selected.access.may('expunge') ? [] : await expungeDeleted(exchange));
  if (isAnswered) await selected.look();
  session.deselect();
  // RFC 7162 §3.2.8: only if nothing else has happened that the client would then never hear of.
  const isAllKnown = isAnswered && selected.view.take({ mayExpunge: true })
    .every((update) => update.kind === 'recent' || (update.kind === 'expunge' && gone.has(update.uid)));
  return isAllKnown ? ok('CLOSE done', highestModseqCode(selected.seenModseq)) : ok('CLOSE done');
}

export async function unselect({ session }: MailboxExchange): Promise<Reply> {
  session.deselect();
  return ok('UNSELECT done');
}

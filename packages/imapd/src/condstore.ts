/**
 * What CONDSTORE and QRESYNC add to several commands. RFC 7162.
 */
import type { MessageSet } from '@posthorn/imap/command.ts';
import { untagged, vanishedLine } from '@posthorn/imap/response.ts';
import { isInRanges, normalizeSet, rangesOf } from '@posthorn/imap/sequence-set.ts';
import { type Uid, modseq } from '@posthorn/store/ids.ts';
import type { KnownExchange, MailboxExchange } from './exchange.ts';
import { ok } from './reply.ts';

/** RFC 7162 §3.1: some commands turn CONDSTORE on; whoever has a mailbox open is told where it stands. */
export function wakeCondstore({ session, out }: Pick<KnownExchange, 'session' | 'out'>): void {
  if (session.dialect.tellsModseq) return;
  session.enable('CONDSTORE');
  tellHighestModseq({ session, out });
}

export function tellHighestModseq({ session, out }: Pick<KnownExchange, 'session' | 'out'>): void {
  if (session.state.kind !== 'selected') return;
  out.write(untagged(ok('Modification sequences are told', highestModseqCode(session.state.selected.toldModseq))));
}

export function highestModseqCode(value: number): string {
  return `HIGHESTMODSEQ ${value}`;
}

/**
 * Tells what vanished since, of a set of UIDs, and which of the messages that are there changed.
 *
 * What is gone but still has a number here is told in its turn, by the view.
 * RFC 7162 §3.2.5.1, §3.2.6.
 */
export async function tellVanished({ session, selected, out }: MailboxExchange, { since, set }: {
  readonly since: number;
  /** Absent: any. */
  readonly set?: MessageSet;
}): Promise<readonly Uid[]> {
  const { view } = selected;
  const changes = await session.services.store.messages.changes(selected.key, modseq(since));
  if (changes === undefined) return [];
  const ranges = set === undefined || set === '$' ? undefined : normalizeSet(set, Math.max(1, selected.uidNext - 1));
  const isAsked = (uid: Uid): boolean => (set === '$' ? false : ranges === undefined || isInRanges(ranges, uid));
  const gone = changes.vanished.filter((uid) => isAsked(uid) && view.seqNumOf(uid) === undefined);
  if (gone.length > 0) out.write(vanishedLine(rangesOf(gone), { isEarlier: true }));
  return changes.changed.map(({ uid }) => uid).filter((uid) => isAsked(uid) && view.seqNumOf(uid) !== undefined && !view.isVanished(uid));
}

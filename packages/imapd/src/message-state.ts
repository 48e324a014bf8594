/**
 * Tells how a message stands: its flags, and its modseq to those who keep count.
 */
import { fetchLine } from '@posthorn/imap/fetch-response.ts';
import { flagList } from '@posthorn/imap/response.ts';
import { toldFlags } from '@posthorn/imap/session-view.ts';
import type { Uid } from '@posthorn/store/ids.ts';
import type { MailboxExchange } from './exchange.ts';

/** Nothing for a message that the client does not know of. Without flags, to those who know modseqs, the modseq alone. */
export function tellState({ session: { dialect }, selected, out }: MailboxExchange, uid: Uid, { withUid, withFlags }: {
  readonly withUid: boolean;
  readonly withFlags: boolean;
}): void {
  const { view } = selected;
  const seqNum = view.seqNumOf(uid);
  const flags = view.flagsOf(uid);
  if (seqNum === undefined || flags === undefined || !(withFlags || dialect.tellsModseq)) return;
  if (withFlags) selected.tellFlags(out, flags);
  out.write(fetchLine({ seqNum, uid }, [
    ...(withUid && !dialect.isUidOnly ? [`UID ${uid}`] : []),
    ...(withFlags ? [`FLAGS ${flagList(toldFlags(flags, dialect))}`] : []),
    ...(dialect.tellsModseq ? [`MODSEQ (${view.modseqOf(uid)})`] : []),
  ], dialect));
}

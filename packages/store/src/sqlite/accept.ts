/**
 * Makes of an acceptance what the writer writes: sizes, JSON, one run of prefixes.
 */
import type { Acceptance, AcceptAnswer } from '../acceptance.ts';
import type { LedgerEntry } from '../ledger.ts';
import type { Placement } from '../placement.ts';
import type { Settlement } from '../spool.ts';
import type { Carrier } from './carrier.ts';
import { contentChecksum, joined, prefixChecksum } from './checksum.ts';
import { storeFlags } from './flag-bits.ts';
import { handOver } from './handover.ts';
import { type Handed, Staged } from './intake.ts';
import { writeMark } from './retries.ts';
import type { AcceptRequest, ContentRecord, PlacementRecord, SettleRequest } from './requests.ts';

export async function accept(acceptance: Acceptance, carrier: Carrier): Promise<AcceptAnswer> {
  const { content } = acceptance;
  if (!(content instanceof Staged)) throw new Error('a content is accepted by the store that received it');
  return handOver(content, acceptance.letter, {
    submit: (handed) => carrier.submit(acceptRequest(acceptance, handed)),
    isTaken: ({ kind }) => kind === 'accepted',
  });
}

function acceptRequest(acceptance: Acceptance, handed: Handed): AcceptRequest {
  const { letter, at, sender, cuts, summary, placements, spool, ledger, beliefs, retry, concludes } = acceptance;
  const recipients = [...new Set([...placements.map(({ recipient }) => recipient), ...spool?.recipients.map(({ address }) => address) ?? []])];
  const octets = cuts.reduce((left, { start, end }) => left - (end - start), handed.size);
  const isOwn = (entry: LedgerEntry): boolean => entry.letter === undefined || entry.letter === letter;
  const content = contentRecord({ ...handed, letter, cuts: cuts.length === 0 ? null : JSON.stringify(cuts), summary: JSON.stringify(summary) });
  return {
    kind: 'accept',
    content,
    ...placementRecords(placements, { octets, checksum: content.checksum }),
    note: {
      letter, at, sender,
      recipients: JSON.stringify(recipients),
      messageId: summary.envelope.messageId,
      subject: summary.envelope.subject,
      octets,
      entries: JSON.stringify(ledger.filter(isOwn)),
      retry: retry === undefined ? null : writeMark(retry),
    },
    spool: spool ?? null,
    ledger: ledger.filter((entry) => !isOwn(entry)),
    beliefs,
    concludes: concludes ?? null,
  };
}

export function settleRequest(settlement: Settlement): SettleRequest {
  const { letter, lease, recipients, placements, onward, beliefs, ledger } = settlement;
  return { kind: 'settle', letter, lease, recipients, onward, beliefs, ledger, ...placementRecords(placements, { octets: 0, checksum: 0 }) };
}

/** With its checksum. */
export function contentRecord(record: Omit<ContentRecord, 'checksum'>): ContentRecord {
  return { ...record, checksum: contentChecksum(record) };
}

/** `of`: the content, its octets as they are passed on. */
function placementRecords(placements: readonly Placement[], of: { readonly octets: number; readonly checksum: number }): Pick<AcceptRequest, 'prefixes' | 'placements'> {
  const total = placements.reduce((sum, { prefix }) => sum + prefix.length, 0);
  // Its own memory: a slice of the shared pool would take all of the pool along to another thread.
  const prefixes = Buffer.allocUnsafeSlow(total);
  let at = 0;
  const records = placements.map(({ account, mailbox, prefix, flags, internalDate }): PlacementRecord => {
    const prefixStart = at;
    at += prefix.copy(prefixes, at);
    return {
      account, mailbox, flags: storeFlags(flags), prefixStart, prefixEnd: at, octets: of.octets + prefix.length, internalDate,
      checksum: joined(of.checksum, prefixChecksum(prefix)),
    };
  });
  return { prefixes, placements: records };
}

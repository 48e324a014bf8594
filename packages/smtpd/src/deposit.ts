/**
 * Puts a letter into the books: everything it causes, in one acceptance.
 *
 * RFC 5321 §4.2.5 and §6.1: after our 250 the letter is ours to deliver or to return.
 */
import type { Plan, PlannedPlacement } from '@posthorn/delivery/plan.ts';
import { copyPrefix } from '@posthorn/delivery/trace.ts';
import { formatAddress } from '@posthorn/mail/address.ts';
import { fieldText } from '@posthorn/mail/header.ts';
import type { OctetRange } from '@posthorn/mail/structure.ts';
import { summarize } from '@posthorn/mail/summary.ts';
import { spoolLetterFor } from '@posthorn/queue/letter.ts';
import type { Placement, RoomBelief } from '@posthorn/store/acceptance.ts';
import type { AccountId } from '@posthorn/store/ids.ts';
import type { LedgerDetail, LedgerEntry } from '@posthorn/store/ledger.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Milliseconds } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { ReceivedLetter } from './letter-intake.ts';
import { eachFits, MAILBOX_FULL, soleMayExceed } from './quota.ts';
import { acceptedReply, CHANGED, type Reply } from './reply.ts';
import type { Client } from './session.ts';

export interface DepositParts {
  readonly store: Pick<Store, 'accept'>;
  readonly log: Log;
  /** How long the queue tries what goes on to other hosts. */
  readonly expire: Milliseconds;
}

export interface DepositRequest {
  readonly received: ReceivedLetter;
  readonly plan: Plan;
  /** Complete header lines that all copies share: verdicts, Received, what submission adds. */
  readonly trace: Buffer;
  readonly cuts: readonly OctetRange[];
  readonly client: Client;
  /** What the ledger should know besides who the client is. */
  readonly detail: LedgerDetail;
  /** Whether each copy has to fit, because each recipient has an answer of its own. */
  readonly isEachAnswered: boolean;
  /** What the letter is known by when it is sent again; absent: by nothing. */
  readonly retryKey?: Buffer | undefined;
}

export interface Deposited {
  readonly said: Reply;
  /** Whose mailbox was full by then; nothing was stored. */
  readonly full?: AccountId;
}

/** 250 when it is in the books; 451 or 452 when something changed since it was looked up, and nothing was stored. */
export async function deposit(parts: DepositParts, request: DepositRequest): Promise<Deposited> {
  const { received, plan, trace, cuts, client, detail, retryKey } = request;
  const { letter, at, envelope, content, header, structure } = received;
  const reversePath = envelope.reversePath === null ? null : formatAddress(envelope.reversePath);
  const placements = plan.placements.map((placement) => placementOf(placement, { reversePath, trace, at }));
  const answer = await parts.store.accept({
    letter,
    at,
    sender: reversePath ?? '',
    content,
    cuts,
    summary: summarize({ prefix: trace, header, cuts, structure }),
    placements,
    ...(plan.onward.length === 0 ? {} : {
      spool: spoolLetterFor({ envelope, recipients: plan.onward, prefix: trace, now: at, expire: parts.expire }),
    }),
    ledger: ledgerOf(request),
    beliefs: [...plan.beliefs, ...roomFor(request, placements)],
    ...(retryKey === undefined ? {} : { retry: { key: retryKey, session: client.session } }),
  });
  const facts = { letter, session: client.session, listener: client.listener, from: reversePath ?? '', recipients: envelope.recipients.length, octets: content.octets };
  if (answer.kind === 'changed') {
    parts.log.info({ ...facts, belief: answer.belief }, 'letter put off: something changed meanwhile');
    return answer.belief.kind === 'room' ? { said: MAILBOX_FULL, full: answer.belief.account } : { said: CHANGED };
  }
  parts.log.info({ ...facts, ...detail }, 'letter accepted');
  return { said: acceptedReply(letter, plan.onward.length > 0) };
}

/** What the acceptance is to look at again about quotas. */
function roomFor({ received, plan, cuts, isEachAnswered }: DepositRequest, placements: readonly Placement[]): readonly RoomBelief[] {
  const octets = received.content.octets - cuts.reduce((sum, { start, end }) => sum + end - start, 0);
  const copies = plan.placements.map((placement, index) => ({ placement, octets: octets + (placements[index]?.prefix.length ?? 0) }));
  if (isEachAnswered) return eachFits(copies);
  return plan.onward.length === 0 && received.envelope.recipients.length === 1 ? soleMayExceed(copies) : [];
}

function placementOf(
  { account, mailbox, recipient, deliveredTo }: PlannedPlacement,
  { reversePath, trace, at }: { readonly reversePath: string | null; readonly trace: Buffer; readonly at: number },
): Placement {
  return { account, mailbox, prefix: copyPrefix({ reversePath, deliveredTo, trace }), flags: [], internalDate: at, recipient };
}

function ledgerOf({ received: { letter, at }, plan, client, detail }: DepositRequest): readonly LedgerEntry[] {
  const { tls } = client;
  return [
    {
      at,
      letter,
      act: 'accepted',
      detail: {
        listener: client.listener,
        session: client.session,
        client: client.remoteAddress,
        helo: client.helo,
        tls: tls === undefined ? null : `${tls.protocol} ${tls.cipher}`,
        ...(plan.deadEnds === undefined || plan.deadEnds.length === 0 ? {} : { deadEnds: plan.deadEnds }),
        ...detail,
      },
    },
    ...plan.placements.map(({ account, recipient, mailbox, deliveredTo }): LedgerEntry => ({
      at, letter, account, recipient, act: 'placed', detail: { mailbox, deliveredTo },
    })),
    ...plan.onward.map(({ address, route }): LedgerEntry => ({ at, letter, recipient: address, act: 'queued', detail: { route } })),
  ];
}

/** Whether it has been in one of these mailboxes before: a forwarder sends it back (the rule of qmail). */
export function hasBeenDelivered({ header, fields }: ReceivedLetter, placements: readonly PlannedPlacement[]): boolean {
  const before = new Set(fields.filter(({ key }) => key === 'delivered-to').map((field) => fieldText(header, field).toLowerCase()));
  return before.size > 0 && placements.some(({ deliveredTo }) => before.has(deliveredTo.toLowerCase()));
}

/** Octets less the cuts, chunk by chunk. */
export async function* withoutCuts(content: ReceivedLetter['content'], cuts: readonly OctetRange[]): AsyncIterable<Buffer> {
  let start = 0;
  for (const cut of cuts) {
    if (cut.start > start) yield* content.read({ start, end: cut.start });
    start = cut.end;
  }
  if (start < content.octets) yield* content.read({ start, end: content.octets });
}

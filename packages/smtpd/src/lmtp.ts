/**
 * The session for a neighbour: another MTA on this host hands letters over for final delivery.
 *
 * Each recipient gets an answer of its own after the dot; who is refused there is left out
 * of the letter, and all others are in one acceptance. What the neighbour wrote about the
 * letter (verdicts) stays; only an old Return-Path goes. RFC 2033.
 */
import type { Plan } from '@posthorn/delivery/plan.ts';
import type { Planner } from '@posthorn/delivery/planner.ts';
import type { Directory } from '@posthorn/directory/directory.ts';
import type { EnvelopeRecipient } from '@posthorn/mail/envelope.ts';
import { findFields } from '@posthorn/mail/header.ts';
import type { AccountId } from '@posthorn/store/ids.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Random } from '@posthorn/world/random.ts';
import { deposit, hasBeenDelivered } from './deposit.ts';
import { type Decision, type ReceivedLetter, takeIn } from './letter-intake.ts';
import { DELIVERED_BEFORE, SENDER_OK } from './mx.ts';
import { MAILBOX_FULL, recipientReply, UNKNOWN_RECIPIENT } from './quota.ts';
import { CHANGED, type Reply, reply } from './reply.ts';
import { refusalDetail, type Retries } from './retries.ts';
import type { Client, OpenSession } from './session.ts';
import { receivedField } from './trace-header.ts';

export interface LmtpParts {
  readonly hostname: string;
  readonly store: Pick<Store, 'accept' | 'contents'>;
  readonly directory: Pick<Directory, 'resolve' | 'postmaster'>;
  readonly planner: Planner;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly expire: Milliseconds;
  /** Letters sent again because their 250 was lost are stored once; absent: as often as they come. */
  readonly retries?: Retries;
}

const ALIAS_LOOP = reply(554, '5.4.6', 'This address leads in a circle');

export function lmtpSessions(parts: LmtpParts): OpenSession {
  return (client) => ({
    lineEndings: 'refused',
    authentication: () => 'never',
    mail: () => SENDER_OK,
    rcpt: async ({ address }, { octets }) => recipientReply(await parts.directory.resolve(address, octets)),
    postmaster: () => parts.directory.postmaster(),
    receive: (envelope) => takeIn({ ...parts, contents: parts.store.contents }, envelope, (received) => (
      parts.retries?.decideOnce({ client }, received, (retryKey) => decide(parts, client, { received, retryKey })) ?? decide(parts, client, { received })
    )),
  });
}

interface Offer {
  readonly received: ReceivedLetter;
  readonly retryKey?: Buffer | undefined;
}

async function decide(parts: LmtpParts, client: Client, { received, retryKey }: Offer): Promise<Decision> {
  const { envelope, letter, at, fields } = received;
  const { recipients } = envelope;
  const trace = Buffer.from(receivedField({ client, envelope, letter, at, hostname: parts.hostname, isAuthenticated: false }));
  let { plan, refusals } = await planned(parts, received);
  while (refusals.size < recipients.length) {
    const { said, full } = await deposit(parts, {
      received,
      plan,
      trace,
      cuts: findFields(fields, 'return-path').map(({ range }) => range),
      client,
      detail: refusalDetail(recipients.map((recipient) => refusals.get(recipient))),
      isEachAnswered: true,
      retryKey,
    });
    if (full === undefined) return { replies: inOrder(recipients, refusals, said), isAccepted: said.code === 250 };
    const next = await withoutAccount(parts, received, { refusals, account: full });
    if (next.refusals.size === refusals.size) return { replies: inOrder(recipients, refusals, CHANGED), isAccepted: false };
    ({ plan, refusals } = next);
  }
  return { replies: inOrder(recipients, refusals), isAccepted: false };
}

type Refusals = ReadonlyMap<EnvelopeRecipient, Reply>;

interface Planned {
  readonly plan: Plan;
  /** Why some cannot have the letter. */
  readonly refusals: Refusals;
}

/** Leaves out those whose only mailbox is full. */
async function withoutAccount({ planner }: LmtpParts, { envelope }: ReceivedLetter, { refusals, account }: { readonly refusals: Refusals; readonly account: AccountId }): Promise<Planned> {
  const more = new Map(refusals);
  const others: EnvelopeRecipient[] = [];
  for (const recipient of envelope.recipients.filter((one) => !refusals.has(one))) {
    const { placements, onward } = await planner.plan([recipient]);
    const isIts = onward.length === 0 && placements.length === 1 && placements[0]?.account === account;
    if (isIts) more.set(recipient, MAILBOX_FULL);
    else others.push(recipient);
  }
  return { plan: await planner.plan(others), refusals: more };
}

/** A plan for those who can have the letter, and why the others cannot. */
async function planned({ planner }: LmtpParts, received: ReceivedLetter): Promise<Planned> {
  const { recipients } = received.envelope;
  const plan = await planner.plan(recipients);
  const refusals = new Map(plan.refused.map(({ recipient, why }): [EnvelopeRecipient, Reply] => [recipient, why === 'alias-loop' ? ALIAS_LOOP : UNKNOWN_RECIPIENT]));
  if (!hasBeenDelivered(received, plan.placements)) return { plan, refusals };
  // The letter comes round again: find out to whom, and plan anew for the others.
  const others: EnvelopeRecipient[] = [];
  for (const recipient of recipients) {
    if (refusals.has(recipient)) continue;
    if (hasBeenDelivered(received, (await planner.plan([recipient])).placements)) refusals.set(recipient, DELIVERED_BEFORE);
    else others.push(recipient);
  }
  return { plan: await planner.plan(others), refusals };
}

/** RFC 2033 §4.2: one reply for each RCPT that was accepted, in their order, the same address twice included. */
function inOrder(recipients: readonly EnvelopeRecipient[], refusals: Refusals, otherwise = UNKNOWN_RECIPIENT): readonly Reply[] {
  return recipients.map((recipient) => refusals.get(recipient) ?? otherwise);
}

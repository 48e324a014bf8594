/**
 * The session for the world: letters from other servers, to people who exist here.
 *
 * No open relay: whose an address is, is asked of the directory about the address as it was
 * understood, after quotes and source routes, and only `ours` is taken. A letter is judged
 * before the answer to its final dot, so that a refusal needs no notice.
 * RFC 5321 §3.6.1 and §7.9 (relaying), RFC 9989 §7 (DMARC), RFC 8601 §5 (forged verdicts).
 */
import type { Planner } from '@posthorn/delivery/planner.ts';
import type { Directory } from '@posthorn/directory/directory.ts';
import { formatAddress } from '@posthorn/mail/address.ts';
import type { LedgerDetail } from '@posthorn/store/ledger.ts';
import type { Store } from '@posthorn/store/store.ts';
import { forgedRanges } from '@posthorn/trust/forged.ts';
import type { Judge, Verdict } from '@posthorn/trust/judge.ts';
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Random } from '@posthorn/world/random.ts';
import { deposit, hasBeenDelivered } from './deposit.ts';
import { type Decision, type ReceivedLetter, refusedAs, takeIn } from './letter-intake.ts';
import { recipientReply } from './quota.ts';
import { CHANGED, reply } from './reply.ts';
import type { Retries } from './retries.ts';
import type { Client, OpenSession } from './session.ts';
import { receivedField } from './trace-header.ts';

export interface MxParts {
  readonly hostname: string;
  readonly store: Pick<Store, 'accept' | 'contents'>;
  readonly directory: Pick<Directory, 'resolve' | 'postmaster'>;
  readonly planner: Planner;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly expire: Milliseconds;
  /** Absent: nobody looks at SPF, DKIM and DMARC. */
  readonly judge?: Judge;
  /** Refuse what its author's domain asks to be rejected. */
  readonly isDmarcRejectObeyed: boolean;
  /** Letters sent again because their 250 was lost are stored once; absent: as often as they come. */
  readonly retries?: Retries;
}

export const SENDER_OK = reply(250, '2.1.0', 'Ok');
export const DELIVERED_BEFORE = reply(554, '5.4.6', 'Routing loop: the letter has been delivered here before');

export function mxSessions(parts: MxParts): OpenSession {
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

async function decide(parts: MxParts, client: Client, { received, retryKey }: Offer): Promise<Decision> {
  const { envelope, letter, at, header, fields } = received;
  const { hostname } = parts;
  const verdict = await judged(parts, client, received);
  if (parts.isDmarcRejectObeyed && verdict?.dmarc.result === 'fail' && verdict.dmarc.policy === 'reject') {
    parts.log.info({ letter, session: client.session, domain: verdict.dmarc.domain }, 'letter refused by DMARC');
    // RFC 9989 §7.4, RFC 7372 §3 has no status of its own for DMARC: 5.7.1.
    return refusedAs(reply(550, '5.7.1', `The domain ${verdict.dmarc.domain} asks to reject letters that it cannot be shown to have sent (DMARC)`));
  }
  const plan = await parts.planner.plan(envelope.recipients);
  // Someone who was there at RCPT is not any more: all or nothing, and the next try hears it at RCPT.
  if (plan.refused.length > 0) return refusedAs(CHANGED);
  if (hasBeenDelivered(received, plan.placements)) return refusedAs(DELIVERED_BEFORE);
  const trace = Buffer.concat([
    verdict?.header ?? Buffer.alloc(0),
    Buffer.from(receivedField({ client, envelope, letter, at, hostname, isAuthenticated: false })),
  ]);
  const mayBeForged = fields.some(({ key }) => key === 'authentication-results' || key === 'return-path');
  const { said } = await deposit(parts, {
    received,
    plan,
    trace,
    cuts: mayBeForged ? forgedRanges(header, hostname) : [],
    client,
    detail: verdict === undefined ? {} : verdictDetail(verdict),
    isEachAnswered: false,
    retryKey,
  });
  return { replies: [said], isAccepted: said.code === 250 };
}

async function judged({ judge, hostname }: MxParts, client: Client, { envelope, content }: ReceivedLetter): Promise<Verdict | undefined> {
  return judge?.judge({
    remoteAddress: client.remoteAddress,
    heloName: client.helo,
    sender: envelope.reversePath === null ? '' : formatAddress(envelope.reversePath),
    hostname,
    content: content.read(),
  });
}

function verdictDetail({ spf, dkim, dmarc, iprev }: Verdict): LedgerDetail {
  return {
    spf: spf.result,
    dkim: dkim.map(({ result, domain }) => `${result} ${domain}`.trim()),
    dmarc: dmarc.result,
    dmarcPolicy: dmarc.policy,
    iprev: iprev.result,
  };
}

/**
 * Whether a letter is what it says, by the records of the test's own DNS: SPF, DKIM, DMARC.
 *
 * RFC 7208, RFC 6376, RFC 9989. Looked at only where that DNS knows the author's domain.
 */
import { createInlineJudge } from '@posthorn/trust/inline-judge.ts';
import type { Clock, EpochMs } from '@posthorn/world/clock.ts';
import { realClock } from '@posthorn/world/node/clock.ts';
import type { Resolver } from '@posthorn/world/resolver.ts';
import type { Letter } from '../letter/letter.ts';
import { type DeliverabilityOptions, error, type Finding, warning } from './finding.ts';

/** Nobody sends from there (RFC 5737): without an address of its own, SPF can only fail. */
const NOWHERE = '203.0.113.1';

export async function alignment(letter: Letter, resolver: Resolver, { sendingAddress }: DeliverabilityOptions): Promise<readonly Finding[]> {
  const domain = domainOf(letter.from.address);
  const known = await Promise.all([resolver.txt(domain), resolver.txt(`_dmarc.${domain}`)]);
  if (!known.some(({ kind }) => kind === 'found')) return [];
  const judge = createInlineJudge({ resolver, clock: asOf(letter.receivedAt) });
  const { spf, dkim, dmarc } = await judge.judge({
    remoteAddress: sendingAddress ?? NOWHERE,
    heloName: letter.session.helo,
    sender: letter.envelope.from,
    hostname: 'localhost',
    content: octets(letter.raw),
  });
  const signed = dkim.filter(({ result }) => result !== 'none');
  const found: Finding[] = [];
  for (const { result, domain: by, selector } of signed) {
    if (result !== 'pass') found.push(error('dkim', `the signature of ${by} (${selector}) is not good: ${result}`));
  }
  if (signed.length === 0) found.push(error('dkim', `it is not signed for ${domain} (RFC 6376)`));
  if (sendingAddress !== undefined && spf.result !== 'pass') found.push(error('spf', `${sendingAddress} may not send for ${domainOf(letter.envelope.from) || letter.session.helo}: ${spf.result} (RFC 7208)`));
  if (dmarc.result === 'none') found.push(warning('dmarc', `${domain} has no DMARC record (RFC 9989)`));
  else if (dmarc.result !== 'pass') {
    found.push(error('dmarc', `neither SPF nor DKIM speaks for ${domain}, the domain in From: ${dmarc.result}, and it asks to ${dmarc.policy} such letters (RFC 9989)`));
  }
  return found;
}

/** Time as it was; what takes time takes real time. */
function asOf(now: EpochMs): Clock {
  return {
    now: () => now,
    monotonic: () => realClock.monotonic(),
    after: (delay, act) => realClock.after(delay, act),
    deadline: (delay, act) => realClock.deadline(delay, act),
  };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

async function* octets(raw: Buffer): AsyncGenerator<Buffer> {
  yield raw;
}

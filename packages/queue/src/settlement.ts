/**
 * What a courier's report means for the books: states, next attempts, ledger rows.
 *
 * Pure. RFC 5321 §4.5.4.1 (retries), RFC 3463 (status codes).
 */
import type { LedgerEntry } from '@posthorn/store/ledger.ts';
import type { Errand, Remark, SettledRecipient, Settlement, SpooledRecipient } from '@posthorn/store/spool.ts';
import type { EpochMs, Milliseconds } from '@posthorn/world/clock.ts';
import type { CarryReport, Outcome } from './courier.ts';
import { backoff, nextAttempt } from './backoff.ts';
import { wantsDelayNotice } from './notice-due.ts';
import { EXPIRED_STATUS, RELAYED_STATUS } from './status.ts';

export interface SettlementTerms {
  readonly now: EpochMs;
  readonly retry: readonly Milliseconds[];
  /** In [0, 1), asked once per recipient. */
  readonly jitter: () => number;
  /** How old a letter is when its sender is told that it is late. */
  readonly delayNotice: Milliseconds;
  /** We are stopping: what was not tried is due at once, at the next start. */
  readonly isStopping: boolean;
}

export function settlementOf(errand: Errand, report: CarryReport, terms: SettlementTerms): Settlement {
  const outcomes = new Map(report.outcomes.map((outcome) => [outcome.index, outcome]));
  const settled: SettledRecipient[] = [];
  const ledger: LedgerEntry[] = [];
  for (const recipient of errand.recipients) {
    const outcome = outcomes.get(recipient.index);
    if (outcome === undefined) {
      // Leased anew together with others that are being carried: its turn comes now.
      settled.push(asItWas(recipient, terms.now));
      continue;
    }
    const one = settleRecipient(errand, recipient, { outcome, terms });
    settled.push(one);
    if (one.isAttempt) ledger.push(entryFor(errand, recipient, { outcome, settled: one, at: terms.now }));
  }
  return {
    letter: errand.letter.letter,
    lease: errand.lease,
    recipients: settled,
    placements: report.placements ?? [],
    onward: report.onward ?? [],
    beliefs: report.beliefs ?? [],
    ledger,
  };
}

/** Gives the errand's recipients back as they were, to be tried again at `at`. */
export function giveBack(errand: Errand, at: EpochMs): Settlement {
  return {
    letter: errand.letter.letter,
    lease: errand.lease,
    recipients: errand.recipients.map((recipient) => asItWas(recipient, at)),
    placements: [],
    onward: [],
    beliefs: [],
    ledger: [],
  };
}

/** All recipients deferred, because carrying itself broke. */
export function brokenReport(errand: Errand): CarryReport {
  const remark: Remark = { code: 0, status: '4.3.0', text: 'The attempt broke off for a reason of our own', host: '' };
  return { outcomes: errand.recipients.map(({ index }) => ({ index, kind: 'deferred', remark, detail: {} })) };
}

const NOT_TRIED: Remark = { code: 0, status: '4.0.0', text: 'Not tried yet', host: '' };

function asItWas({ index, remark }: SpooledRecipient, nextAt: EpochMs): SettledRecipient {
  return { index, state: 'waiting', nextAt, remark: remark ?? NOT_TRIED, isAttempt: false };
}

interface Tried {
  readonly outcome: Outcome;
  readonly terms: SettlementTerms;
}

function settleRecipient(errand: Errand, recipient: SpooledRecipient, { outcome, terms }: Tried): SettledRecipient {
  const { index, attempts } = recipient;
  const { remark } = outcome;
  const { now, retry } = terms;
  switch (outcome.kind) {
    case 'delivered':
      return { index, state: 'delivered', nextAt: now, remark, isAttempt: true };
    case 'relayed-without-dsn': {
      // RFC 3461 §5.2.2: who asked for SUCCESS is told by us, as the next host will not.
      const isAsked = recipient.notify?.includes('SUCCESS') ?? false;
      return { index, state: 'delivered', nextAt: now, remark: isAsked ? { ...remark, status: RELAYED_STATUS } : remark, isAttempt: true };
    }
    case 'failed':
      return { index, state: 'failed', nextAt: now, remark, isAttempt: true };
    case 'untried':
      return asItWas(recipient, terms.isStopping ? now : now + backoff(retry, 1, terms.jitter()));
    case 'deferred': {
      const isTold = wantsDelayNotice(errand.letter, recipient);
      const nextAt = nextAttempt({
        now,
        retry,
        attempts: attempts + 1,
        jitter: terms.jitter(),
        expiresAt: errand.letter.expiresAt,
        ...(isTold ? { delayNoticeAt: errand.letter.acceptedAt + terms.delayNotice } : {}),
      });
      return nextAt === undefined
        ? { index, state: 'failed', nextAt: now, remark: { ...remark, status: EXPIRED_STATUS }, isAttempt: true }
        : { index, state: 'waiting', nextAt, remark, isAttempt: true };
    }
    default:
      return outcome.kind satisfies never;
  }
}

interface Entry {
  readonly outcome: Outcome;
  readonly settled: SettledRecipient;
  readonly at: EpochMs;
}

function entryFor(errand: Errand, recipient: SpooledRecipient, { outcome, settled, at }: Entry): LedgerEntry {
  const act = settled.state === 'waiting' ? 'deferred' : settled.state;
  const isExpired = outcome.kind === 'deferred' && settled.state === 'failed';
  const { code, status, text, host } = outcome.remark;
  return {
    at,
    letter: errand.letter.letter,
    recipient: recipient.address,
    act,
    detail: {
      ...(host === '' ? {} : { host }),
      ...outcome.detail,
      code,
      status,
      text,
      attempt: recipient.attempts + 1,
      ...(settled.state === 'waiting' ? { nextAt: settled.nextAt } : {}),
      ...(isExpired ? { isExpired } : {}),
    },
  };
}

import { describe, expect, it } from 'vitest';
import type { Outcome } from './courier.ts';
import { settlementOf, type SettlementTerms } from './settlement.ts';
import { busy, errandOf, HOUR, refused, spooledLetter, spooledRecipient, taken } from './testing/letters.ts';

const terms: SettlementTerms = { now: HOUR, retry: [300_000, 600_000], jitter: () => 0, delayNotice: 4 * HOUR, isStopping: false };
const outcome = (wish: Partial<Outcome>): Outcome => ({ index: 0, kind: 'delivered', remark: taken, detail: { host: 'mx.elm.test' }, ...wish });
const settle = (wish: Partial<Outcome>, about = spooledLetter(), how = terms) => settlementOf(errandOf(about), { outcomes: [outcome(wish)] }, how);

describe('What came of an errand', () => {
  it('delivered is final, and a row in the ledger', () => {
    const { letter, lease, recipients, ledger } = settle({ kind: 'delivered' });
    expect({ letter, lease }).toEqual({ letter: 'letter1', lease: 7 });
    expect(recipients).toEqual([{ index: 0, state: 'delivered', nextAt: HOUR, remark: taken, isAttempt: true }]);
    expect(ledger).toEqual([{
      at: HOUR, letter: 'letter1', recipient: 'eve@elm.test', act: 'delivered',
      detail: { host: 'mx.elm.test', code: 250, status: '2.0.0', text: '2.0.0 Ok', attempt: 1 },
    }]);
  });

  it('failed is final', () => {
    expect(settle({ kind: 'failed', remark: refused })).toMatchObject({ recipients: [{ state: 'failed', remark: refused }], ledger: [{ act: 'failed' }] });
  });

  it('deferred waits, longer each time', () => {
    for (const [attempts, pause] of [[0, 300_000], [1, 600_000], [9, 600_000]] as const) {
      const about = spooledLetter({ recipients: [spooledRecipient({ attempts })] });
      expect(settle({ kind: 'deferred', remark: busy }, about)).toMatchObject({
        recipients: [{ state: 'waiting', nextAt: HOUR + pause, remark: busy, isAttempt: true }],
        ledger: [{ act: 'deferred', detail: { attempt: attempts + 1, nextAt: HOUR + pause } }],
      });
    }
  });

  it('deferred at its end fails as expired, with the last thing the host said', () => {
    expect(settle({ kind: 'deferred', remark: busy }, spooledLetter({ expiresAt: HOUR }))).toMatchObject({
      recipients: [{ state: 'failed', remark: { code: 451, status: '5.4.7', text: '4.7.1 Greylisted', host: 'mx.elm.test' } }],
      ledger: [{ act: 'failed', detail: { isExpired: true, status: '4.7.1' } }],
    });
  });

  it('relayed without DSN is remembered for the notice, where one is asked for', () => {
    const asked = spooledLetter({ recipients: [spooledRecipient({ notify: ['SUCCESS'] })] });
    expect(settle({ kind: 'relayed-without-dsn' }, asked).recipients).toMatchObject([{ state: 'delivered', remark: { status: '2.1.9' } }]);
    expect(settle({ kind: 'relayed-without-dsn' }).recipients).toMatchObject([{ state: 'delivered', remark: { status: '2.0.0' } }]);
  });

  it('untried is no attempt, and due at once if that is because we stop', () => {
    expect(settle({ kind: 'untried' })).toMatchObject({ recipients: [{ state: 'waiting', nextAt: HOUR + 300_000, isAttempt: false }], ledger: [] });
    expect(settle({ kind: 'untried' }, spooledLetter(), { ...terms, isStopping: true })).toMatchObject({ recipients: [{ nextAt: HOUR, isAttempt: false }] });
  });

  it('of a recipient that the courier was never given is that it is due', () => {
    const about = spooledLetter({ recipients: [spooledRecipient(), spooledRecipient({ index: 1, remark: busy })] });
    expect(settle({ kind: 'delivered' }, about).recipients).toMatchObject([{ state: 'delivered' }, { index: 1, state: 'waiting', nextAt: HOUR, remark: busy, isAttempt: false }]);
  });

  it('is tried when the notice of its delay is due, if its sender gets one', () => {
    const late = { ...terms, now: 3.9 * HOUR, retry: [4 * HOUR] };
    const nextAt = (about: ReturnType<typeof spooledLetter>) => settle({ kind: 'deferred' }, about, late).recipients[0]?.nextAt;
    expect(nextAt(spooledLetter())).toBe(4 * HOUR);
    expect(nextAt(spooledLetter({ recipients: [spooledRecipient({ isNotified: true })] }))).toBe(7.9 * HOUR);
    expect(nextAt(spooledLetter({ reversePath: null }))).toBe(7.9 * HOUR);
  });
});

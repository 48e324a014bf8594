import { describe, expect, it } from 'vitest';
import type { Act, LedgerDetail, LedgerEntry } from '@posthorn/store/ledger.ts';
import { accountId, letterId } from '@posthorn/store/ids.ts';
import { tellEntry, tellJourney } from './journey.ts';

const at = Date.UTC(2026, 10, 23, 12);

function tell(act: Act, detail: LedgerDetail = {}, recipient?: string): string {
  return tellEntry({ at, letter: letterId('abc'), act, detail, ...(recipient === undefined ? {} : { recipient }) });
}

describe('a journey', () => {
  it('begins with what the letter is, and goes on by time', () => {
    const entries: LedgerEntry[] = [
      { at: at + 61_000, letter: letterId('abc'), recipient: 'eve@elm.test', act: 'deferred', detail: { host: 'mx.elm.test', address: '192.0.2.1', tls: true, tlsProtocol: 'TLSv1.3', tlsVerified: false, code: 451, status: '4.7.1', text: '4.7.1 Try later', attempt: 1, nextAt: at + 361_000 } },
      { at, letter: letterId('abc'), account: accountId(1), act: 'accepted', detail: { listener: 'submission', user: 'ann@ash.test', remoteAddress: '198.51.100.7', helo: 'laptop', tls: 'TLSv1.3' } },
      { at, letter: letterId('abc'), recipient: 'eve@elm.test', act: 'queued', detail: { expiresAt: at + 86_400_000 } },
      { at: at + 361_000, letter: letterId('abc'), recipient: 'eve@elm.test', act: 'delivered', detail: { host: 'mx.elm.test', code: 250, status: '2.0.0', text: 'Ok', attempt: 2 } },
    ];
    const note = { letter: letterId('abc'), at, sender: 'ann@ash.test', recipients: ['eve@elm.test', 'bob@ash.test'], messageId: null, subject: 'Hello', octets: 5120 };
    expect(tellJourney(note, entries)).toEqual([
      'Letter abc from ann@ash.test to eve@elm.test and 1 more, “Hello”, 5.1 kB',
      '2026-11-23 12:00:00Z  accepted from ann@ash.test at laptop [198.51.100.7] by submission over TLSv1.3',
      '2026-11-23 12:00:00Z  queued for eve@elm.test, to be tried until 2026-11-24 12:00:00Z',
      '2026-11-23 12:01:01Z  attempt 1 at mx.elm.test [192.0.2.1] over TLSv1.3: eve@elm.test has to wait: 451 4.7.1 Try later; will be tried again at 2026-11-23 12:06:01Z',
      '2026-11-23 12:06:01Z  attempt 2 at mx.elm.test: taken for eve@elm.test: 250 2.0.0 Ok',
    ]);
  });
  it('tells of a letter that nothing is noted of', () => {
    expect(tellJourney(undefined, [])).toEqual([]);
  });
});

describe('an act', () => {
  it('says who was judged how', () => {
    expect(tell('accepted', { listener: 'smtp', helo: 'mx.ash.test', remoteAddress: '192.0.2.9', tls: false, spf: 'pass', dkim: ['pass ash.test', 'fail oak.test'], dmarc: 'none', deadEnds: ['gone@elm.test'] }))
      .toBe('accepted from mx.ash.test [192.0.2.9] by SMTP in clear; judged SPF pass, DKIM pass ash.test and fail oak.test, DMARC none; an alias names gone@elm.test, where nobody is');
    expect(tell('accepted', { listener: 'submission', session: 's1', client: '192.0.2.9', helo: '[192.0.2.9]', tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384', user: 'ann@ash.test', signed: true }))
      .toBe('accepted from ann@ash.test at [192.0.2.9] by submission over TLSv1.3 TLS_AES_256_GCM_SHA384; signed');
    expect(tell('accepted', { listener: 'lmtp', client: '', helo: 'mta', tls: null, user: null })).toBe('accepted from mta by LMTP in clear');
  });
  it('says that a letter was handed over on this machine', () => {
    expect(tell('accepted', { listener: 'control', session: 's1', client: '', helo: 'localhost', tls: null, user: null, signed: true })).toBe('accepted from this machine; signed');
  });
  it('says whose INBOX it went into, and for whom', () => {
    expect(tell('placed', { mailbox: 'INBOX', account: 'ann@ash.test', uid: 7 }, 'info@ash.test')).toBe('delivered into INBOX of ann@ash.test, for info@ash.test (UID 7)');
    expect(tell('placed', {}, 'ann@ash.test')).toBe('delivered into INBOX of ann@ash.test');
  });
  it('says what came of the queue', () => {
    expect(tell('delivered', { attempt: 1, code: 250, status: '2.0.0', text: 'Delivered' }, 'ann@ash.test')).toBe('attempt 1: delivered to ann@ash.test here');
    expect(tell('failed', { attempt: 9, code: 0, status: '4.4.7', text: 'No answer', isExpired: true, host: 'mx.elm.test' }, 'eve@elm.test')).toBe('attempt 9 at mx.elm.test: given up for eve@elm.test, its time was over: 4.4.7 No answer');
    expect(tell('notified', { notice: 'xyz', action: 'failed', to: 'ann@ash.test' }, 'eve@elm.test')).toBe('told ann@ash.test that eve@elm.test could not be reached (letter xyz)');
    expect(tell('accepted', { listener: 'queue', about: 'abc' })).toBe('made here: a notice about letter abc');
  });
  it.each<Act>(['accepted', 'placed', 'queued', 'delivered', 'deferred', 'failed', 'interrupted', 'held', 'released', 'cancelled', 'retried', 'collapsed', 'notified', 'appended', 'seen', 'copied', 'moved', 'expunged', 'restored'])('%s is told even if nothing is known of it', (act) => {
    expect(tell(act)).toMatch(/^[a-z][^{}[\]]+$/);
    expect(tell(act)).not.toMatch(/undefined|null|NaN/);
  });
});

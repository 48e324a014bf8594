/**
 * Letters in the spool, for tests.
 */
import { contentId, letterId } from '@posthorn/store/ids.ts';
import type { Errand, Remark, SpooledLetter, SpooledRecipient } from '@posthorn/store/spool.ts';

export const HOUR = 3_600_000;

export const refused: Remark = { code: 550, status: '5.1.1', text: '5.1.1 No such user', host: 'mx.elm.test' };
export const busy: Remark = { code: 451, status: '4.7.1', text: '4.7.1 Greylisted', host: 'mx.elm.test' };
export const taken: Remark = { code: 250, status: '2.0.0', text: '2.0.0 Ok', host: 'mx.elm.test' };
export const placed: Remark = { code: 0, status: '2.0.0', text: 'Delivered', host: '' };

export function spooledRecipient(wish: Partial<SpooledRecipient> = {}): SpooledRecipient {
  return { index: 0, address: 'eve@elm.test', route: 'elm.test', state: 'leased', attempts: 0, nextAt: 0, isNotified: false, ...wish };
}

export function spooledLetter(wish: Partial<SpooledLetter> = {}): SpooledLetter {
  const part = { type: 'text', subtype: 'plain', parameters: [], encoding: '7bit', header: { start: 0, end: 0 }, body: { start: 0, end: 0 }, lines: 0 };
  const nobody = { from: [], sender: [], replyTo: [], to: [], cc: [], bcc: [] };
  return {
    letter: letterId('letter1'), acceptedAt: 0, content: contentId(1), contentOctets: 100, cuts: [],
    summary: { envelope: { ...nobody, date: null, subject: null, inReplyTo: null, messageId: null }, structure: part, sentAt: null },
    reversePath: 'ann@ash.test', body: '7BIT', isSmtpUtf8: false, isTlsRequired: false, prefix: Buffer.alloc(0), expiresAt: 120 * HOUR,
    recipients: [spooledRecipient()],
    ...wish,
  };
}

export function errandOf({ recipients, ...letter }: SpooledLetter): Errand {
  return { letter, route: 'elm.test', recipients, lease: 7, until: 30_000 };
}

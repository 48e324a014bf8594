/**
 * Errands for tests.
 */
import { contentId, letterId } from '@posthorn/store/ids.ts';
import type { Errand, SpooledRecipient } from '@posthorn/store/spool.ts';

export interface ErrandWish {
  readonly to: readonly (string | (Partial<SpooledRecipient> & { readonly address: string }))[];
  readonly letter?: Partial<Errand['letter']>;
  readonly route?: string;
  readonly text?: string;
}

export const LETTER_TEXT = 'From: ann@ash.test\r\nSubject: Hi\r\n\r\nHello\r\n.dot\r\n';

export function makeErrand({ to, letter, route, text = LETTER_TEXT }: ErrandWish): Errand {
  const part = { type: 'text', subtype: 'plain', parameters: [], encoding: '7bit', header: { start: 0, end: 0 }, body: { start: 0, end: 0 }, lines: 0 };
  const nobody = { from: [], sender: [], replyTo: [], to: [], cc: [], bcc: [] };
  const recipients = to.map((one, index): SpooledRecipient => {
    const wish = typeof one === 'string' ? { address: one } : one;
    return { index, route: 'elm.test', state: 'leased', attempts: 0, nextAt: 0, isNotified: false, ...wish };
  });
  return {
    letter: {
      letter: letterId('letter1'), acceptedAt: 0, content: contentId(1), contentOctets: Buffer.byteLength(text), cuts: [],
      summary: { envelope: { ...nobody, date: null, subject: null, inReplyTo: null, messageId: null }, structure: part, sentAt: null },
      reversePath: 'ann@ash.test', body: '7BIT', isSmtpUtf8: false, isTlsRequired: false, prefix: Buffer.alloc(0), expiresAt: 1e12,
      ...letter,
    },
    route: route ?? 'elm.test',
    recipients,
    lease: 1,
    until: 1e12,
  };
}

import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { letterId } from '@posthorn/store/ids.ts';
import type { SpooledLetter } from '@posthorn/store/spool.ts';
import { composeNotice, type NoticeRequest } from './notice.ts';
import { returnedPart } from './returned-part.ts';
import { busy, refused, spooledLetter, spooledRecipient } from './testing/letters.ts';

const letter = spooledLetter({ envelopeId: 'order 66', acceptedAt: Date.UTC(2026, 0, 1) });
const original = Buffer.from('Subject: Hello\r\nFrom: ann@ash.test\r\n\r\nText\r\n');

const request: NoticeRequest = {
  letter,
  sender: 'ann@ash.test',
  recipients: [
    { recipient: spooledRecipient({ state: 'failed', remark: refused, originalRecipient: 'rfc822;eve@oak.test' }), action: 'failed' },
    { recipient: spooledRecipient({ index: 1, address: 'bob@fir.test', remark: { code: 0, status: '5.1.2', text: 'The domain fir.test does not exist', host: '' } }), action: 'failed' },
  ],
  returned: { what: 'headers', octets: original.subarray(0, original.indexOf('\r\n\r\n') + 2) },
  id: letterId('notice1'),
  hostname: 'mx.ash.test',
  now: Date.UTC(2026, 0, 2),
};

/** The notice as a foreign reader sees it, and its fields for programs, by group. */
async function read(octets: Buffer) {
  const mail = await simpleParser(octets, { keepDeliveryStatus: true });
  const status = mail.attachments.find(({ contentType }) => contentType === 'message/delivery-status');
  const groups = (status?.content.toString() ?? '').split('\r\n\r\n').filter((group) => group.trim() !== '');
  const fields = groups.map((group) => new Map(group.replaceAll(/\r\n[ \t]+/g, ' ').trim().split('\r\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  })));
  return { mail, fields };
}

describe('A notice of failure', () => {
  it('goes from the mailer-daemon to the sender, as a report (RFC 6522)', async () => {
    const { mail } = await read(composeNotice(request));
    expect(mail.from?.value[0]?.address).toBe('mailer-daemon@mx.ash.test');
    expect(mail.to).toMatchObject({ value: [{ address: 'ann@ash.test' }] });
    expect(mail.messageId).toBe('<notice1@mx.ash.test>');
    expect(mail.headers.get('auto-submitted')).toBe('auto-replied');
    expect(mail.headers.get('content-type')).toMatchObject({ value: 'multipart/report', params: { 'report-type': 'delivery-status' } });
    expect(mail.text).toContain('eve@elm.test');
  });

  it('says for each recipient what happened (RFC 3464 §2.3)', async () => {
    const { fields: [message, eve, bob] } = await read(composeNotice(request));
    expect(Object.fromEntries(message ?? [])).toMatchObject({ 'original-envelope-id': 'order 66', 'reporting-mta': 'dns; mx.ash.test' });
    expect(Object.fromEntries(eve ?? [])).toEqual({
      'original-recipient': 'rfc822; eve@oak.test', 'final-recipient': 'rfc822; eve@elm.test', action: 'failed', status: '5.1.1',
      'remote-mta': 'dns; mx.elm.test', 'diagnostic-code': 'smtp; 550 5.1.1 No such user',
    });
    expect(bob?.get('status')).toBe('5.1.2');
    expect(bob?.has('remote-mta')).toBe(false);
    expect(bob?.get('diagnostic-code')).toContain('The domain fir.test does not exist');
  });

  it('returns the header', async () => {
    const { mail } = await read(composeNotice(request));
    expect(mail.attachments.find(({ contentType }) => contentType === 'text/rfc822-headers')?.content.toString()).toContain('Subject: Hello');
  });

  it('returns the letter, if it is to', async () => {
    const octets = composeNotice({ ...request, returned: { what: 'message', octets: original } });
    expect(octets.includes(original)).toBe(true);
    expect((await read(octets)).mail.headers.get('content-type')).toMatchObject({ value: 'multipart/report' });
  });
});

describe('A notice of delay', () => {
  it('says until when it is tried', async () => {
    const { fields: [, eve] } = await read(composeNotice({ ...request, recipients: [{ recipient: spooledRecipient({ remark: busy }), action: 'delayed' }] }));
    expect(eve?.get('action')).toBe('delayed');
    expect(eve?.get('status')).toBe('4.7.1');
    expect(eve?.has('will-retry-until')).toBe(true);
  });
});

describe('What is returned', () => {
  const back = (wish: Partial<SpooledLetter>, how: { readonly hasFailed?: boolean; readonly octetsMax?: number; readonly text?: string } = {}) => {
    const text = how.text ?? original.toString();
    return returnedPart({ ...letter, contentOctets: text.length, ...wish }, {
      hasFailed: how.hasFailed ?? true,
      octetsMax: how.octetsMax ?? 1000,
      read: async function* read() {
        for (let at = 0; at < text.length; at += 7) yield Buffer.from(text.slice(at, at + 7));
      },
    });
  };
  const header = Buffer.from('Subject: Hello\r\nFrom: ann@ash.test\r\n');

  it('is the whole letter where it failed and is small', async () => {
    expect(await back({})).toEqual({ what: 'message', octets: original });
    expect(await back({ ret: 'FULL' })).toEqual({ what: 'message', octets: original });
  });

  it('is the header where that was asked for (RFC 3461 §4.3)', async () => {
    expect(await back({ ret: 'HDRS' })).toEqual({ what: 'headers', octets: header });
  });

  it('is the header where the letter is large', async () => {
    expect(await back({ ret: 'FULL', contentOctets: 1001 })).toEqual({ what: 'headers', octets: header });
  });

  it('is the header where nothing failed', async () => {
    expect(await back({ ret: 'FULL' }, { hasFailed: false })).toEqual({ what: 'headers', octets: header });
  });

  it('is the header where the letter needed TLS (RFC 8689 §5)', async () => {
    expect(await back({ isTlsRequired: true })).toEqual({ what: 'headers', octets: header });
  });

  it('is whole lines of a header that has no end', async () => {
    expect(await back({ ret: 'HDRS' }, { octetsMax: 25, text: 'A: 1\r\n'.repeat(100) })).toEqual({ what: 'headers', octets: Buffer.from('A: 1\r\n'.repeat(4)) });
  });
});

import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { composeDsn, type Dsn } from './dsn.ts';
import type { DsnRecipient } from './dsn-report.ts';
import { decodeWords } from './encoded-word.ts';
import { fieldText, parseHeader } from './header.ts';
import { readEnvelope } from './message-envelope.ts';
import { StructureParser } from './structure-parser.ts';
import type { Part } from './structure.ts';
import { noise } from './testing/noise.ts';
import { createTransferDecoder } from './transfer-decoder.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const FAILED: DsnRecipient = {
  address: { localPart: 'eve', domain: 'elm.test' }, originalRecipient: 'rfc822;eve@elm.test', action: 'failed', status: '5.1.1',
  remoteMta: 'mx.elm.test', diagnostic: '550 5.1.1 No such user', lastAttemptAt: NOON,
};
const LETTER = Buffer.from('From: ann@ash.test\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@ash.test>\r\n\r\nHi Eve!\r\n');

function notice(about: Partial<Dsn> = {}): Buffer {
  return composeDsn({
    from: { localPart: 'mailer-daemon', domain: 'mx.ash.test' }, to: { localPart: 'ann', domain: 'ash.test' }, date: NOON, messageId: 'id1@mx.ash.test',
    isInternational: false, reportingMta: 'mx.ash.test', arrivedAt: NOON - 3_600_000, recipients: [FAILED], returned: { what: 'message', octets: LETTER }, ...about,
  });
}

function read(octets: Buffer): { readonly header: Buffer; readonly parts: readonly Part[]; readonly structure: Part } {
  const parser = new StructureParser();
  parser.push(octets);
  const { structure, header } = parser.end();
  return { header, structure, parts: structure.parts ?? [] };
}

function bodyOf(octets: Buffer, part: Part | undefined): string {
  return octets.subarray(part?.body.start, part?.body.end).toString();
}

function textOf(octets: Buffer): string {
  const decoder = createTransferDecoder('quoted-printable');
  return Buffer.concat([decoder.push(Buffer.from(bodyOf(octets, read(octets).parts[0]))), decoder.end()]).toString().replaceAll('\r\n', '\n');
}

test('a notice is a report in three parts, to the sender, about the letter', () => {
  const octets = notice();
  const { header, structure, parts } = read(octets);
  expect(`${structure.type}/${structure.subtype}`).toBe('multipart/report');
  expect(structure.parameters[0]).toEqual(['report-type', 'delivery-status']);
  expect(parts.map(({ type, subtype }) => `${type}/${subtype}`)).toEqual(['text/plain', 'message/delivery-status', 'message/rfc822']);
  const envelope = readEnvelope(header);
  expect(envelope.to).toEqual([{ name: null, mailbox: 'ann', host: 'ash.test' }]);
  expect(decodeWords(envelope.subject ?? '')).toBe('Not delivered: Grüße');
  expect(envelope.inReplyTo).toBe('<1@ash.test>');
  expect(envelope.messageId).toBe('<id1@mx.ash.test>');
  const fields = parseHeader(header).map((field) => [field.key, fieldText(header, field)]);
  expect(fields).toContainEqual(['auto-submitted', 'auto-replied']);
  expect(fields.filter(([key]) => key === 'content-transfer-encoding')).toEqual([]);
});

test('programs find a group of fields for the letter, and one for each recipient', () => {
  const delayed: DsnRecipient = { address: { localPart: 'mal', domain: 'oak.test' }, action: 'delayed', status: '4.4.1', diagnostic: 'connection refused', willRetryUntil: NOON + 3_600_000 };
  const octets = notice({ envelopeId: 'QQ 1', recipients: [FAILED, delayed] });
  expect(bodyOf(octets, read(octets).parts[1]).replaceAll('\r\n', '\n')).toBe(`Original-Envelope-Id: QQ 1
Reporting-MTA: dns; mx.ash.test
Arrival-Date: Mon, 23 Nov 2026 11:00:00 +0000

Original-Recipient: rfc822; eve@elm.test
Final-Recipient: rfc822; eve@elm.test
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.elm.test
Diagnostic-Code: smtp; 550 5.1.1 No such user
Last-Attempt-Date: Mon, 23 Nov 2026 12:00:00 +0000

Final-Recipient: rfc822; mal@oak.test
Action: delayed
Status: 4.4.1
Diagnostic-Code: x-posthorn; connection refused
Will-Retry-Until: Mon, 23 Nov 2026 13:00:00 +0000
`);
});

test('a person reads which letter, to whom, why, and what to do', () => {
  expect(textOf(notice())).toBe(`Your letter “Grüße” could not be delivered to:

  eve@elm.test
    There is no such mailbox.
    mx.elm.test said: 550 5.1.1 No such user

It will not be tried again. If the address is right, please write to its
postmaster, or send the letter again later.

It arrived here on Mon, 23 Nov 2026 11:00:00 +0000. The letter is
enclosed as it was.

-- 
The mail system at mx.ash.test
`);
});

test('what was delivered, delayed or passed on is said in other words', () => {
  const about = (action: DsnRecipient['action']): string => textOf(notice({ recipients: [{ address: FAILED.address, action, status: '2.0.0', willRetryUntil: NOON }] }));
  expect(about('delivered')).toContain('was delivered to:');
  expect(about('delayed')).toContain('You need not do anything: we keep trying until Mon, 23 Nov 2026 12:00:00\n+0000, and tell you');
  expect(about('relayed')).toContain('does not confirm delivery');
  expect(about('expanded')).toContain('passed on to its members');
});

test('the letter is enclosed octet by octet', () => {
  const octets = notice();
  expect(bodyOf(octets, read(octets).parts[2])).toBe(LETTER.toString());
  const eight = Buffer.from('Subject: x\r\n\r\nGr\xfc\xdfe', 'latin1');
  const international = notice({ returned: { what: 'message', octets: eight } });
  const [, , third] = read(international).parts;
  expect(third?.encoding).toBe('8bit');
  expect(read(international).structure.encoding).toBe('8bit');
  expect(international.subarray(third?.body.start, third?.body.end)).toEqual(eight);
});

test('on request only the header is enclosed, or nothing', () => {
  const octets = notice({ returned: { what: 'headers', octets: LETTER } });
  const [, , third] = read(octets).parts;
  expect(`${third?.type}/${third?.subtype}`).toBe('text/rfc822-headers');
  expect(bodyOf(octets, third)).toBe(LETTER.toString().replace('Hi Eve!\r\n', ''));
  expect(read(composeDsn({
    from: FAILED.address, to: FAILED.address, date: NOON, messageId: 'x', isInternational: false, reportingMta: 'mx.ash.test', arrivedAt: NOON, recipients: [FAILED],
  })).parts).toHaveLength(2);
});

test('an international address is escaped in a notice that is ASCII, and plain in one that need not be', () => {
  const recipients = [{ ...FAILED, address: { localPart: 'jürgen', domain: 'elm.test' }, originalRecipient: 'utf-8;jürgen@elm.test' }];
  const ascii = notice({ recipients });
  expect(ascii.toString()).toMatch(/^[\x00-\x7f]*$/);
  expect(bodyOf(ascii, read(ascii).parts[1])).toContain('Original-Recipient: utf-8; j\\x{FC}rgen@elm.test\r\nFinal-Recipient: utf-8; j\\x{FC}rgen@elm.test\r\n');
  const utf8 = notice({ recipients, isInternational: true });
  expect(read(utf8).parts.map(({ type, subtype }) => `${type}/${subtype}`)).toEqual(['text/plain', 'message/global-delivery-status', 'message/global']);
  expect(bodyOf(utf8, read(utf8).parts[1])).toContain('Original-Recipient: utf-8; jürgen@elm.test\r\nFinal-Recipient: utf-8; jürgen@elm.test\r\n');
});

test('a letter that guesses our boundary does not get out of its part', () => {
  const octets = notice({ returned: { what: 'message', octets: Buffer.from('Subject: x\r\n\r\n--notice-id1-mx-ash-test--\r\n--notice-id1-mx-ash-test-1\r\n') } });
  expect(read(octets).parts).toHaveLength(3);
});

test('whatever other hosts say, a notice has three parts, sound fields and no long lines', () => {
  const pieces = ['No such user', '\r\n', '\n', '\r', '\0', 'ü', '😀', '\ud800', ': ', '--notice-id1-mx-ash-test--', 'x'.repeat(80), ' ', '=?utf-8?Q?x?=', '"', '>'];
  let wrong: string | undefined;
  for (const text of noise({ seed: 20, pieces, piecesMax: 10, count: 3000 })) {
    const octets = notice({ recipients: [{ ...FAILED, diagnostic: text }], envelopeId: text, returned: { what: 'headers', octets: Buffer.from(`Subject: ${text}\r\n\r\n`) } });
    const { parts } = read(octets);
    const names = parseHeader(Buffer.from(bodyOf(octets, parts[1]).split('\r\n\r\n')[1] ?? '')).map((field) => field.name);
    const isSound = parts.length === 3 && names.join() === 'Original-Recipient,Final-Recipient,Action,Status,Remote-MTA,Diagnostic-Code,Last-Attempt-Date';
    const ours = octets.subarray(0, parts[2]?.header.end).toString('latin1');
    if (!isSound || ours.split('\r\n').some((line) => line.length > 998 || /[\r\n\0]/.test(line))) wrong ??= JSON.stringify(text);
  }
  expect(wrong).toBeUndefined();
});

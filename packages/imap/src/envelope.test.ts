import type { ListedAddress, MessageEnvelope } from '@posthorn/mail/message-envelope.ts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatEnvelope } from './envelope.ts';
import { itemByImapflow } from './testing/imapflow.ts';
import { wordOf } from './testing/response-words.ts';

const gray: ListedAddress = { name: 'Terry Gray', mailbox: 'gray', host: 'cac.washington.edu' };
const imap: ListedAddress = { name: null, mailbox: 'imap', host: 'cac.washington.edu' };
const EXAMPLE: MessageEnvelope = {
  date: 'Wed, 17 Jul 1996 02:23:25 -0700 (PDT)',
  subject: 'IMAP4rev1 WG mtg summary and minutes',
  from: [gray], sender: [gray], replyTo: [], to: [imap],
  cc: [{ name: null, mailbox: 'minutes', host: 'CNRI.Reston.VA.US' }, { name: 'John Klensin', mailbox: 'KLENSIN', host: 'MIT.EDU' }],
  bcc: [], inReplyTo: null, messageId: '<B27397-0100000@cac.washington.edu>',
};

test('RFC 3501 §8: the envelope of the sample session', () => {
  expect(formatEnvelope(EXAMPLE)).toBe(
    '("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) '
    + '(("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) ((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL '
    + '"<B27397-0100000@cac.washington.edu>")',
  );
});

test('a group begins with its name and ends with nothing (RFC 9051 §7.5.2)', () => {
  const start = { name: null, mailbox: 'undisclosed-recipients', host: null };
  const end = { name: null, mailbox: null, host: null };
  expect(formatEnvelope({ ...EXAMPLE, to: [start, end] })).toContain('((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL))');
});

const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((one) => !one.includes('\0') && one.isWellFormed());
const address = fc.record({ name: fc.option(text), mailbox: fc.option(text), host: fc.option(text) });
const addresses = fc.array(address, { maxLength: 3 });
const envelope: fc.Arbitrary<MessageEnvelope> = fc.record({
  date: fc.option(text), subject: fc.option(text), inReplyTo: fc.option(text), messageId: fc.option(text),
  from: addresses, sender: addresses, replyTo: addresses, to: addresses, cc: addresses, bcc: addresses,
});

/** What a client has to read. */
function expected(one: MessageEnvelope): unknown {
  const list = (all: readonly ListedAddress[]): unknown => (all.length === 0 ? null : all.map(({ name, mailbox, host }) => [name, null, mailbox, host]));
  const sender = one.sender.length > 0 ? one.sender : one.from;
  const replyTo = one.replyTo.length > 0 ? one.replyTo : one.from;
  return [one.date, one.subject, ...[one.from, sender, replyTo, one.to, one.cc, one.bcc].map(list), one.inReplyTo, one.messageId];
}

test('read is what was written, of any envelope', () => {
  fc.assert(fc.property(envelope, (one) => {
    expect(wordOf(formatEnvelope(one))).toEqual(expected(one));
  }), { numRuns: 3000 });
});

test('imapflow reads the same', async () => {
  await fc.assert(fc.asyncProperty(envelope, async (one) => {
    expect(await itemByImapflow('ENVELOPE', formatEnvelope(one))).toEqual(expected(one));
  }), { numRuns: 1000 });
});

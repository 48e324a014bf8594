import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { listedIn, readEnvelope } from './message-envelope.ts';
import { noise } from './testing/noise.ts';

const ANN = { name: null, mailbox: 'ann', host: 'ash.test' };
const EVE = { name: 'Eve', mailbox: 'eve', host: 'elm.test' };

function envelopeOf(...lines: readonly string[]): ReturnType<typeof readEnvelope> {
  return readEnvelope(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`));
}

test('an envelope has what the header says', () => {
  expect(envelopeOf(
    'Date: Mon, 23 Nov 2026 23:41:43 +0000', 'Subject: One', ' two', 'From: ann@ash.test', 'Sender: Eve <eve@elm.test>', 'Reply-To: Eve <eve@elm.test>, ann@ash.test',
    'To: ann@ash.test', 'Cc: Eve <eve@elm.test>', 'Bcc: Friends: ann@ash.test;', 'In-Reply-To: <0@elm.test>', 'Message-ID: <1@ash.test>',
  )).toEqual({
    date: 'Mon, 23 Nov 2026 23:41:43 +0000', subject: 'One two', from: [ANN], sender: [EVE], replyTo: [EVE, ANN], to: [ANN], cc: [EVE],
    bcc: [{ name: null, mailbox: 'Friends', host: null }, ANN, { name: null, mailbox: null, host: null }], inReplyTo: '<0@elm.test>', messageId: '<1@ash.test>',
  });
});

test('sender and reply-to are the author where nobody else is named', () => {
  expect(envelopeOf('From: ann@ash.test')).toMatchObject({ sender: [ANN], replyTo: [ANN] });
  expect(envelopeOf('From: ann@ash.test', 'Sender:', 'Reply-To: ,')).toMatchObject({ sender: [ANN], replyTo: [ANN] });
});

test('what is not there is null or nobody, what is empty is empty', () => {
  expect(envelopeOf('X: y')).toEqual({ date: null, subject: null, from: [], sender: [], replyTo: [], to: [], cc: [], bcc: [], inReplyTo: null, messageId: null });
  expect(envelopeOf('Subject:').subject).toBe('');
});

test('a list that comes twice counts as one, a subject that comes twice once', () => {
  expect(envelopeOf('To: ann@ash.test', 'To: Eve <eve@elm.test>').to).toEqual([ANN, EVE]);
  expect(envelopeOf('Subject: one', 'Subject: two').subject).toBe('one');
});

test('all lists together have an end', () => {
  const envelope = readEnvelope(Buffer.from(`From: a@b\r\nTo: ${'c@d,'.repeat(50)}\r\nCc: ${'e@f,'.repeat(50)}\r\n`), 60);
  expect(envelope.to).toHaveLength(50);
  expect(envelope.cc).toHaveLength(9);
  expect(listedIn(envelope)).toBe(60);
});

test('no header makes the reader stumble', () => {
  let wrong: string | undefined;
  for (const text of noise({ seed: 19, pieces: ['From', 'To', 'Subject', ':', ' ', '\r\n', '\n', 'ann@ash.test', ',', '<', '>', '"', '\xff', '(', ';'], piecesMax: 14 })) {
    const envelope = readEnvelope(Buffer.from(text, 'latin1'));
    if (envelope.sender.length < envelope.from.length && envelope.sender.length === 0) wrong ??= text;
  }
  expect(wrong).toBeUndefined();
});

import { expect, test } from 'vitest';
import { asWritten } from './testing/peer.ts';
import { openPostRoom } from './testing/post-room.ts';

async function plays(transcript: string, options: Omit<Parameters<typeof openPostRoom>[0], 'kind'> = {}): Promise<Awaited<ReturnType<typeof openPostRoom>>> {
  const room = await openPostRoom({ kind: 'mx', ...options });
  const peer = await room.connect();
  expect(await peer.play(transcript)).toBe(asWritten(transcript));
  return room;
}

const EHLO = `
  S: 220 mx.elm.test ESMTP Posthorn
  C: EHLO ash.test
  S: 250-mx.elm.test
  S: 250-PIPELINING
  S: 250-SIZE 50000000
  S: 250-8BITMIME
  S: 250-SMTPUTF8
  S: 250-DSN
  S: 250 ENHANCEDSTATUSCODES`;

test('a letter for somebody who lives here is taken, and is in her mailbox', async () => {
  const room = await plays(`${EHLO}
    C: MAIL FROM:<ann@ash.test>
    S: 250 2.1.0 Ok
    C: RCPT TO:<eve@elm.test>
    S: 250 2.1.5 Ok
    C: DATA
    S: 354 End data with <CR><LF>.<CR><LF>
    C: Subject: Hello
    C:
    C: ..Dots and all
    C: .
    S: 250 2.0.0 Ok: delivered as …
    C: QUIT
    S: 221 2.0.0 Bye
    S: (closes)`);
  const [letter] = room.books.accepted;
  expect(letter?.octets.toString()).toBe('Subject: Hello\r\n\r\n.Dots and all\r\n');
  expect(letter?.placements).toHaveLength(1);
  expect(letter?.placements[0]?.prefix.toString()).toBe('Return-Path: <ann@ash.test>\r\nDelivered-To: eve@elm.test\r\n'
    + `Received: from ash.test ([198.51.100.7])\r\n\tby mx.elm.test (Posthorn) with ESMTP\r\n\tid ${letter?.letter}\r\n\tfor <eve@elm.test>;\r\n\tThu, 1 Jan 2026 00:00:00 +0000\r\n`);
  expect(letter?.summary.envelope.subject).toBe('Hello');
  expect(room.books.staged.size).toBe(0);
});

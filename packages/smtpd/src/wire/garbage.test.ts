import { expect, test } from 'vitest';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { settle } from '@posthorn/world/sim/clock.ts';
import { openPostRoom } from '../testing/post-room.ts';
import { commandText, readMail, readRcpt } from './arguments.ts';
import { readAuth } from './auth.ts';

const random = seededRandom(2026);
const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random.fraction() * items.length)];
const upTo = (max: number): number => Math.floor(random.fraction() * (max + 1));

const WORDS = [
  'EHLO', 'HELO', 'LHLO', 'MAIL', 'RCPT', 'DATA', 'RSET', 'NOOP', 'VRFY', 'EXPN', 'HELP', 'AUTH', 'STARTTLS', 'BDAT', 'WIZ', 'mail', 'Rcpt',
  ' ', ' ', ' ', ':', 'FROM:', 'TO:', '<', '>', '<>', '<eve@elm.test>', '<ann@ash.test>', '<"a b"@elm.test>', '<@a,@b:eve@elm.test>', '<Postmaster>',
  'SIZE=', '99999999999999999999999', 'BODY=8BITMIME', 'BODY=', 'SMTPUTF8', 'RET=FULL', 'ENVID=', 'NOTIFY=', 'NEVER', 'SUCCESS', ',', 'ORCPT=rfc822;',
  '+3D', '+', '=', 'PLAIN', 'LOGIN', 'SCRAM-SHA-256', 'AGEAYg==', 'bixhPQ==', '*', '.', '..', '"', '\\', '@', '[127.0.0.1]', '[IPv6:::1]', 'jürgen', '\t',
  '\0', '\u0001', '\r', '\u00ff', '\uffff', 'x'.repeat(300),
];

function garbage(words: number): string {
  let text = '';
  for (let count = upTo(words); count > 0; count -= 1) text += pick(WORDS) ?? '';
  return text;
}

test('100,000 random command lines are read or refused, each with a code and a status', () => {
  for (let round = 0; round < 100_000; round += 1) {
    const line = Buffer.from(pick(['MAIL FROM:', 'RCPT TO:', 'MAIL FROM:<ann@ash.test> ', 'RCPT TO:<eve@elm.test> ', ''])+ garbage(8), round % 5 === 0 ? 'latin1' : 'utf8');
    const text = commandText(line);
    if (text === undefined) continue;
    const mail = readMail(text, { messageOctetsMax: 1000, isAuthKnown: round % 2 === 0 });
    const rcpt = readRcpt(text, { isSmtpUtf8: round % 2 === 0, postmaster: () => ({ localPart: 'postmaster', domain: 'elm.test' }) });
    for (const read of [mail, rcpt]) {
      if (read.kind === 'refused' && (read.reply.code < 500 || !read.reply.status.startsWith('5.'))) expect({ text, reply: read.reply }).toBe('a refusal');
    }
    if (rcpt.kind === 'read' && rcpt.value.address.localPart === '') expect(text).toBe('a recipient');
    readAuth(text);
  }
});

/** RFC 5321 §4.2: what a reply looks like; RFC 2034 §4: its status is of its class. */
const REPLY = /^(?:220|250[ -]|354|334|[245]\d\d[ -][245]\.\d{1,3}\.\d{1,3} )/;

test.each(['mx', 'submission', 'lmtp'] as const)('garbled dialogues with the %s get clear replies, and leave nothing behind', async (kind) => {
  const room = await openPostRoom({ kind, receiver: { limits: { lingerMs: 0 } }, segmentMax: 700 });
  for (let dialogue = 0; dialogue < 400; dialogue += 1) {
    const peer = await room.connect();
    const lines: string[] = [kind === 'lmtp' ? 'LHLO x' : 'EHLO x', pick(['', 'AUTH PLAIN AGV2ZUBlbG0udGVzdABwdy1ldmU=', 'RSET']) ?? ''];
    for (let count = upTo(40); count > 0; count -= 1) {
      lines.push(pick([
        () => garbage(6),
        () => 'MAIL FROM:<eve@elm.test>',
        () => `RCPT TO:<${pick(['eve', 'ann', 'nobody', '"q q"']) ?? ''}@${pick(['elm.test', 'ash.test']) ?? ''}> ${garbage(2)}`,
        () => 'RCPT TO:<eve@elm.test>',
        () => `DATA\r\n${garbage(20)}\r\n.${pick(['\r\n', '\n', '']) ?? ''}`,
        () => `${pick(WORDS) ?? ''} ${garbage(3)}`,
      ])?.() ?? '');
    }
    peer.send(lines.join(pick(['\r\n', '\r\n', '\r\n', '\n']) ?? ''));
    peer.send('\r\n.\r\nQUIT\r\n');
    await settle(4);
    if (random.fraction() < 0.1) peer.connection.destroy();
    else peer.connection.end();
    await settle(4);
    for (const line of peer.unread.split('\r\n').slice(0, -1)) {
      if (!REPLY.test(line)) expect({ line, lines }).toBe('a reply');
    }
  }
  await settle();
  await room.clock.advance(0);
  expect(room.log.of('session ended by a bug')).toEqual([]);
  expect(room.receiver.connections).toBe(0);
  expect(room.books.staged.size).toBe(0);
});

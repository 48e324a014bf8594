import { expect, test } from 'vitest';
import { StoreFault } from '@posthorn/store/store.ts';
import type { Judge, JudgeRequest, Verdict } from '@posthorn/trust/judge.ts';
import { asWritten } from './testing/peer.ts';
import { openPostRoom, type PostRoom } from './testing/post-room.ts';

type Options = Omit<Parameters<typeof openPostRoom>[0], 'kind'>;

async function plays(transcript: string, options: Options = {}): Promise<PostRoom> {
  const room = await openPostRoom({ kind: 'mx', ...options });
  const peer = await room.connect();
  expect(await peer.play(transcript)).toBe(asWritten(transcript));
  expect(room.books.staged.size).toBe(0);
  return room;
}

/** Sends a letter to one recipient and gives back the reply to its dot. */
async function reply(room: PostRoom, content: string, to = 'eve@elm.test'): Promise<string> {
  const peer = await room.greeted();
  await peer.say('EHLO ash.test');
  await peer.say('MAIL FROM:<ann@ash.test>');
  await peer.say(`RCPT TO:<${to}>`);
  await peer.say('DATA');
  return peer.say(`${content}\r\n.`);
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

const HELLO = `
  S: 220 mx.elm.test ESMTP Posthorn
  C: HELO ash.test
  S: 250 mx.elm.test`;

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
  expect(letter?.sender).toBe('ann@ash.test');
  expect(letter?.beliefs).toEqual([{ kind: 'account', address: 'eve@elm.test', account: 1 }]);
});

test('the ledger tells who brought a letter and into whose mailbox it went', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  await reply(room, 'Subject: x\r\n\r\nhi');
  const [accepted, placed] = room.books.accepted[0]?.ledger ?? [];
  expect(accepted).toMatchObject({ act: 'accepted', detail: { listener: 'mx', client: '198.51.100.7', helo: 'ash.test', tls: null } });
  expect(placed).toMatchObject({ act: 'placed', account: 1, recipient: 'eve@elm.test', detail: { mailbox: 'INBOX', deliveredTo: 'eve@elm.test' } });
});

// RFC 5321 appendix D.1, with our own names.
test('the scenario of RFC 5321 D.1: two recipients of three are here', async () => {
  const room = await plays(`${EHLO}
    C: MAIL FROM:<Smith@bar.com>
    S: 250 2.1.0 Ok
    C: RCPT TO:<eve@elm.test>
    S: 250 2.1.5 Ok
    C: RCPT TO:<Green@elm.test>
    S: 550 5.1.1 There is nobody with this address here
    C: RCPT TO:<ann@elm.test>
    S: 250 2.1.5 Ok
    C: DATA
    S: 354 End data with <CR><LF>.<CR><LF>
    C: Blah blah blah...
    C: ...etc. etc. etc.
    C: .
    S: 250 2.0.0 Ok: …
    C: QUIT
    S: 221 2.0.0 Bye
    S: (closes)`);
  const letter = room.books.accepted[0];
  expect(letter?.placements.map(({ recipient }) => recipient)).toEqual(['eve@elm.test', 'ann@elm.test']);
  // Several recipients: none of them is named.
  expect(letter?.placements[0]?.prefix.toString()).not.toContain('for <');
  // Transparency, RFC 5321 §4.5.2: one dot of three belongs to the wire.
  expect(letter?.octets.toString()).toBe('Blah blah blah...\r\n..etc. etc. etc.\r\n');
});

// RFC 5321 appendix D.2.
test('the scenario of RFC 5321 D.2: a transaction that is given up leaves nothing behind', async () => {
  await plays(`${EHLO}
    C: MAIL FROM:<Smith@bar.com>
    S: 250 2.1.0 Ok
    C: RCPT TO:<eve@elm.test>
    S: 250 2.1.5 Ok
    C: RCPT TO:<Green@elm.test>
    S: 550 5.1.1 There is nobody with this address here
    C: RSET
    S: 250 2.0.0 Ok
    C: RCPT TO:<eve@elm.test>
    S: 503 5.5.1 MAIL comes first
    C: QUIT
    S: 221 2.0.0 Bye
    S: (closes)`);
});

test('commands out of order are refused, and the session goes on (RFC 5321 §4.1.4)', async () => {
  await plays(`S: 220 mx.elm.test ESMTP Posthorn
    C: MAIL FROM:<ann@ash.test>
    S: 503 5.5.1 …
    C: DATA
    S: 503 5.5.1 …
    C: HELO ash.test
    S: 250 mx.elm.test
    C: DATA
    S: 503 5.5.1 MAIL comes first
    C: RCPT TO:<eve@elm.test>
    S: 503 5.5.1 MAIL comes first
    C: MAIL FROM:<ann@ash.test>
    S: 250 2.1.0 Ok
    C: MAIL FROM:<ann@ash.test>
    S: 503 5.5.1 A sender was given already
    C: DATA
    S: 503 5.5.1 RCPT comes first
    C: RCPT TO:<nobody@elm.test>
    S: 550 5.1.1 There is nobody with this address here
    C: DATA
    S: 554 5.5.1 No valid recipients
    C: NOOP whatever
    S: 250 2.0.0 Ok
    C: VRFY eve
    S: 252 2.1.5 Cannot verify, but will take letters and try
    C: VRFY
    S: 501 5.5.4 Bad arguments
    C: EXPN staff
    S: 502 5.5.1 Command not implemented
    C: HELP
    S: 214 2.0.0 …
    C: QUIT
    S: 221 2.0.0 Bye
    S: (closes)`);
});

test('the null sender and the postmaster without a domain are always good (RFC 5321 §4.5.1)', async () => {
  const room = await plays(`${HELLO}
    C: MAIL FROM:<>
    S: 250 2.1.0 Ok
    C: RCPT TO:<PostMaster>
    S: 250 2.1.5 Ok
    C: DATA
    S: 354 End data with <CR><LF>.<CR><LF>
    C: .
    S: 250 2.0.0 Ok: …`);
  expect(room.books.accepted[0]?.placements[0]).toMatchObject({ recipient: 'postmaster@elm.test' });
  expect(room.books.accepted[0]?.placements[0]?.prefix.toString()).toContain('Return-Path: <>\r\n');
  expect(room.books.accepted[0]?.placements[0]?.prefix.toString()).toContain('with SMTP\r\n');
});

test.each([
  ['another domain', '<bob@ash.test>', '550 5.7.1'],
  ['a subdomain of ours', '<eve@sub.elm.test>', '550 5.7.1'],
  ['our domain with something before it', '<eve@xelm.test>', '550 5.7.1'],
  ['the percent hack', '<bob%ash.test@elm.test>', '550 5.1.1'],
  ['a bang path', '<ash.test!bob@elm.test>', '550 5.1.1'],
  ['a quoted at sign', '<"bob@ash.test"@elm.test>', '550 5.1.1'],
  ['a quoted percent', '<"bob%ash.test"@elm.test>', '550 5.1.1'],
  ['two at signs', '<eve@elm.test@ash.test>', '501 5.1.3'],
  ['two at signs the other way', '<bob@ash.test@elm.test>', '501 5.1.3'],
  ['a source route through us', '<@elm.test:bob@ash.test>', '550 5.7.1'],
  ['a long source route through us', '<@elm.test,@oak.test:bob@ash.test>', '550 5.7.1'],
  ['our address literal', '<eve@[192.0.2.25]>', '550 5.7.1'],
  ['loopback as a literal', '<eve@[127.0.0.1]>', '550 5.7.1'],
  ['loopback in IPv6', '<eve@[IPv6:::1]>', '550 5.7.1'],
  ['an empty domain', '<eve@>', '501 5.1.3'],
  ['no domain', '<eve>', '501 5.1.3'],
  ['no brackets', 'bob@ash.test', '501 5.1.3'],
  ['a trailing dot', '<bob@ash.test.>', '5'],
  ['a space before the domain', '<eve@ elm.test>', '501 5.1.3'],
  ['a comment', '<bob(@elm.test)@ash.test>', '501 5.1.3'],
  ['a NUL', '<bob@ash.test\0@elm.test>', '500 5.5.2'],
  ['a CR', '<eve@elm.test>\rRCPT TO:<bob@ash.test>', '500 5.5.2'],
  ['a list', '<eve@elm.test,bob@ash.test>', '501 5.1.3'],
  ['nobody', '<>', '501 5.1.3'],
])('we are no open relay: %s', async (_, path, refusal) => {
  const room = await openPostRoom({ kind: 'mx' });
  const peer = await room.greeted();
  await peer.say('EHLO ash.test');
  await peer.say('MAIL FROM:<eve@elm.test>');
  expect(await peer.say(`RCPT TO:${path}`)).toMatch(new RegExp(`^${refusal}`));
  expect(await peer.say('DATA')).toMatch(/^(554|503) 5\.5\.1 /);
});

test('a source route to somebody here is forgotten, not refused (RFC 5321 appendix C)', async () => {
  const room = await openPostRoom({ kind: 'mx', people: { 'a b@elm.test': '' } });
  const peer = await room.greeted();
  await peer.say('EHLO ash.test');
  await peer.say('MAIL FROM:<"odd one"@ash.test>');
  expect(await peer.say('RCPT TO:<@oak.test:"a b"@ELM.test>')).toBe('250 2.1.5 Ok');
});

test('an alias that leads elsewhere is no open relay: the letter goes on to where it says', async () => {
  const room = await openPostRoom({ kind: 'mx', aliases: { 'both@elm.test': ['eve@elm.test', 'bob@ash.test'] } });
  expect(await reply(room, 'Subject: x\r\n\r\nhi', 'both@elm.test')).toMatch(/^250 2\.0\.0 Ok: queued as /);
  const [letter] = room.books.accepted;
  expect(letter?.placements).toHaveLength(1);
  expect(letter?.spool).toMatchObject({ reversePath: 'ann@ash.test', recipients: [{ address: 'bob@ash.test', route: 'ash.test' }] });
  expect(letter?.spool?.prefix.toString()).toMatch(/^Received: /);
  expect(letter?.ledger.at(-1)).toMatchObject({ act: 'queued', recipient: 'bob@ash.test' });
});

test.each([
  ['bare LF', 'a\nb'], ['bare CR', 'a\rb'], ['NUL', 'a\0b'], ['a smuggled end', 'a\n.\r\nMAIL FROM:<x@ash.test>'], ['another', 'a\r\n.\rb'],
])('%s is refused, and nothing is smuggled (RFC 5321 §2.3.8)', async (_, content) => {
  const room = await openPostRoom({ kind: 'mx' });
  expect(await reply(room, content)).toMatch(/^550 5\.6\.0 /);
  expect(room.books.accepted).toHaveLength(0);
  expect(room.books.staged.size).toBe(0);
});

test('a letter that has been through more than fifty hosts is in a loop (RFC 5321 §6.3)', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const hop = 'Received: from a by b; Thu, 1 Jan 2026 00:00:00 +0000\r\n';
  expect(await reply(room, `${hop.repeat(50)}\r\nhi`)).toMatch(/^250 /);
  expect(await reply(room, `${hop.repeat(51)}\r\nhi`)).toMatch(/^554 5\.4\.6 /);
});

test('a letter that has been in her mailbox before is in a loop', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  expect(await reply(room, 'Delivered-To: Eve@elm.test\r\n\r\nhi')).toMatch(/^554 5\.4\.6 /);
  expect(await reply(room, 'Delivered-To: ann@elm.test\r\n\r\nhi')).toMatch(/^250 /);
});

test('an old Return-Path and verdicts in our name are left out, those of others stay', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const old = 'Return-Path: <x@ash.test>\r\n';
  const forged = 'Authentication-Results: mx.elm.test; spf=pass\r\n\tsmtp.mailfrom=x\r\n';
  const others = 'Authentication-Results: mx.ash.test; spf=pass\r\nSubject: x\r\n\r\nhi';
  await reply(room, old + forged + others);
  const [letter] = room.books.accepted;
  expect(letter?.octets.toString()).toBe(`${old}${forged}${others}\r\n`);
  expect(letter?.cuts).toEqual([{ start: 0, end: old.length }, { start: old.length, end: old.length + forged.length }]);
});

function judgeThat(dmarc: Verdict['dmarc'], asked: JudgeRequest[] = []): Judge {
  return {
    judge: async (request) => {
      asked.push(request);
      return {
        spf: { result: 'fail', domain: 'ash.test' },
        dkim: [{ result: 'pass', domain: 'oak.test', selector: 's' }],
        dmarc,
        iprev: { result: 'pass', name: 'ash.test' },
        header: Buffer.from('Authentication-Results: mx.elm.test; dmarc=fail\r\n'),
      };
    },
    close: async () => {},
  };
}

test('a letter is judged: the verdict stands above Received and in the ledger', async () => {
  const asked: JudgeRequest[] = [];
  const room = await openPostRoom({ kind: 'mx', judge: judgeThat({ result: 'fail', domain: 'ash.test', policy: 'reject' }, asked) });
  expect(await reply(room, 'From: ann@ash.test\r\n\r\nhi')).toMatch(/^250 /);
  expect(asked[0]).toMatchObject({ remoteAddress: '198.51.100.7', heloName: 'ash.test', sender: 'ann@ash.test', hostname: 'mx.elm.test' });
  const [letter] = room.books.accepted;
  expect(letter?.placements[0]?.prefix.toString()).toMatch(/Delivered-To: eve@elm\.test\r\nAuthentication-Results: mx\.elm\.test; dmarc=fail\r\nReceived: /);
  expect(letter?.ledger[0]?.detail).toMatchObject({ spf: 'fail', dkim: ['pass oak.test'], dmarc: 'fail', dmarcPolicy: 'reject', iprev: 'pass' });
});

test.each([
  ['fail', 'reject', /^550 5\.7\.1 /], ['fail', 'quarantine', /^250 /], ['temperror', 'reject', /^250 /], ['pass', 'reject', /^250 /],
] as const)('where DMARC is obeyed, %s under a policy of %s gets %s', async (result, policy, expected) => {
  const room = await openPostRoom({ kind: 'mx', isDmarcRejectObeyed: true, judge: judgeThat({ result, domain: 'ash.test', policy }) });
  expect(await reply(room, 'From: ann@ash.test\r\n\r\nhi')).toMatch(expected);
  expect(room.books.staged.size).toBe(0);
});

test('who vanishes between RCPT and the dot means 451 for all, and nothing stored', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const peer = await room.greeted();
  for (const line of ['EHLO ash.test', 'MAIL FROM:<>', 'RCPT TO:<eve@elm.test>', 'RCPT TO:<ann@elm.test>', 'DATA']) await peer.say(line);
  room.directory.people.delete('ann@elm.test');
  expect(await peer.say('hi\r\n.')).toMatch(/^451 4\.3\.0 /);
  expect(room.books.accepted).toHaveLength(0);
});

test('what changed within the transaction means 451 for all', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  room.books.trouble.answer = { kind: 'changed', belief: { kind: 'alias', address: 'x@elm.test', targets: [] } };
  expect(await reply(room, 'hi')).toMatch(/^451 4\.3\.0 /);
  expect(room.books.staged.size).toBe(0);
});

test.each([['write'], ['finish'], ['accept']] as const)('a store that fails at %s means 451, a full disk 452, and the session goes on', async (at) => {
  const room = await openPostRoom({ kind: 'mx' });
  room.books.trouble[at] = new StoreFault('I/O error');
  expect(await reply(room, 'hi')).toMatch(/^451 4\.3\.0 /);
  room.books.trouble[at] = new StoreFault('cannot write', { cause: Object.assign(new Error('no space'), { code: 'ENOSPC' }) });
  expect(await reply(room, 'hi')).toMatch(/^452 4\.3\.1 /);
  expect(room.log.of('letter put off by a fault')).toHaveLength(2);
  delete room.books.trouble[at];
  expect(await reply(room, 'hi')).toMatch(/^250 /);
});

test('a bug ends the session with 421, and the log has it', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  room.books.trouble.accept = new TypeError('a bug');
  expect(await reply(room, 'hi')).toMatch(/^421 4\.3\.0 /);
  expect(room.log.of('session ended by a bug')).toHaveLength(1);
});

test('octets over 127 that were not announced are carried as 8BITMIME', async () => {
  const room = await openPostRoom({ kind: 'mx', aliases: { 'away@elm.test': ['bob@ash.test'] } });
  await reply(room, 'Subject: grün\r\n\r\nhi', 'away@elm.test');
  await reply(room, 'Subject: green\r\n\r\nhi', 'away@elm.test');
  expect(room.books.accepted.map(({ spool }) => spool?.body)).toEqual(['8BITMIME', '7BIT']);
});

test('an international address needs SMTPUTF8 (RFC 6531 §3.5), and is written as UTF8SMTP', async () => {
  const room = await plays(`${EHLO}
    C: MAIL FROM:<jürgen@ash.test>
    S: 553 5.6.7 An address beyond ASCII needs the SMTPUTF8 parameter of MAIL
    C: MAIL FROM:<ann@ash.test>
    S: 250 2.1.0 Ok
    C: RCPT TO:<jürgen@elm.test>
    S: 553 5.6.7 An address beyond ASCII needs the SMTPUTF8 parameter of MAIL
    C: RSET
    S: 250 2.0.0 Ok
    C: MAIL FROM:<jürgen@ash.test> SMTPUTF8 BODY=8BITMIME
    S: 250 2.1.0 Ok
    C: RCPT TO:<jürgen@elm.test>
    S: 250 2.1.5 Ok
    C: DATA
    S: 354 End data with <CR><LF>.<CR><LF>
    C: .
    S: 250 2.0.0 Ok: …`, { people: { 'jürgen@elm.test': '' } });
  expect(room.books.accepted[0]?.placements[0]?.prefix.toString()).toContain('with UTF8SMTP\r\n');
  expect(room.books.accepted[0]?.placements[0]?.prefix.toString()).toContain('for <jürgen@elm.test>');
});

test('what a sender asks about notices goes along', async () => {
  const room = await plays(`${EHLO}
    C: MAIL FROM:<ann@ash.test> RET=hdrs ENVID=QQ+2B1
    S: 250 2.1.0 Ok
    C: RCPT TO:<away@elm.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;away+40elm.test
    S: 250 2.1.5 Ok
    C: RCPT TO:<eve@elm.test> NOTIFY=NEVER
    S: 250 2.1.5 Ok
    C: DATA
    S: 354 End data with <CR><LF>.<CR><LF>
    C: .
    S: 250 2.0.0 Ok: queued as …`, { aliases: { 'away@elm.test': ['bob@ash.test'] } });
  expect(room.books.accepted[0]?.spool).toMatchObject({
    ret: 'HDRS',
    envelopeId: 'QQ+1',
    recipients: [{ address: 'bob@ash.test', notify: ['SUCCESS', 'DELAY'], originalRecipient: 'rfc822;away@elm.test' }],
  });
});

test('who asked to be told of success gets the copy by way of the spool, where the queue writes the notice', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const peer = await room.greeted();
  for (const line of ['EHLO ash.test', 'MAIL FROM:<ann@ash.test>', 'RCPT TO:<eve@elm.test> NOTIFY=SUCCESS', 'DATA']) await peer.say(line);
  expect(await peer.say('hi\r\n.')).toMatch(/^250 2\.0\.0 Ok: queued as /);
  expect(room.books.accepted[0]?.placements).toHaveLength(0);
  expect(room.books.accepted[0]?.spool?.recipients).toMatchObject([{ address: 'eve@elm.test', notify: ['SUCCESS'] }]);
});

import { generateKeyPairSync, createHmac, createHash, pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Account } from '@posthorn/store/accounts.ts';
import { createServerContext, startTlsClient } from '@posthorn/world/tls.ts';
import { makeCertificate } from '@posthorn/world/node/certificate.ts';
import { networkMatcher } from './networks.ts';
import { asWritten, Peer } from './testing/peer.ts';
import { HOSTNAME, openPostRoom, type PostRoom, type PostRoomOptions } from './testing/post-room.ts';

const certificate = makeCertificate({ names: [HOSTNAME] });
const context = createServerContext(certificate);
const tls = (): { context: typeof context } => ({ context });
const plain = (user: string, password: string): string => Buffer.from(`\0${user}\0${password}`).toString('base64');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function open(options: Partial<PostRoomOptions> = {}): Promise<PostRoom> {
  return openPostRoom({ kind: 'submission', ...options });
}

async function loggedIn(options: Partial<PostRoomOptions> = {}, user = 'eve@elm.test', password = 'pw-eve'): Promise<{ room: PostRoom; peer: Peer }> {
  const room = await open(options);
  const peer = await room.greeted();
  await peer.say('EHLO laptop');
  expect(await peer.say(`AUTH PLAIN ${plain(user, password)}`)).toBe('235 2.7.0 Authentication successful');
  return { room, peer };
}

async function submit(peer: Peer, content: string, { from = 'eve@elm.test', to = 'bob@ash.test' } = {}): Promise<string> {
  for (const line of [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA']) await peer.say(line);
  return peer.say(`${content}\r\n.`);
}

test('without AUTH nobody sends; with it, to anywhere', async () => {
  const room = await open();
  const peer = await room.connect();
  const transcript = `
    S: 220 mx.elm.test ESMTP Posthorn
    C: EHLO laptop
    S: 250-mx.elm.test
    S: 250-PIPELINING
    S: 250-SIZE 50000000
    S: 250-8BITMIME
    S: 250-SMTPUTF8
    S: 250-DSN
    S: 250-ENHANCEDSTATUSCODES
    S: 250 AUTH PLAIN LOGIN
    C: MAIL FROM:<eve@elm.test>
    S: 530 5.7.0 Authentication required
    C: AUTH PLAIN ${plain('eve@elm.test', 'wrong')}
    S: 535 5.7.8 Authentication credentials invalid
    C: AUTH PLAIN ${plain('eve@elm.test', 'pw-eve')}
    S: 235 2.7.0 Authentication successful
    C: AUTH PLAIN ${plain('eve@elm.test', 'pw-eve')}
    S: 503 5.5.1 No AUTH now
    C: MAIL FROM:<ann@elm.test>
    S: 550 5.7.1 This sender address is not yours
    C: MAIL FROM:<eve@elm.test> AUTH=<>
    S: 250 2.1.0 Ok
    C: RCPT TO:<bob@ash.test>
    S: 250 2.1.5 Ok
    C: RCPT TO:<nobody@elm.test>
    S: 550 5.1.1 There is nobody with this address here
    C: RCPT TO:<ann@elm.test>
    S: 250 2.1.5 Ok
    C: DATA
    S: 354 End data with <CR><LF>.<CR><LF>
    C: From: eve@elm.test
    C:
    C: .
    S: 250 2.0.0 Ok: queued as …
    C: QUIT
    S: 221 2.0.0 Bye
    S: (closes)`;
  expect(await peer.play(transcript)).toBe(asWritten(transcript));
  const [letter] = room.books.accepted;
  expect(letter?.placements).toHaveLength(1);
  expect(letter?.spool?.recipients).toMatchObject([{ address: 'bob@ash.test', route: 'ash.test' }]);
  expect(letter?.ledger[0]?.detail).toMatchObject({ user: 'eve@elm.test', signed: false });
});

test('AUTH LOGIN asks for the name and the password, and may be cancelled (RFC 4954 §4)', async () => {
  const peer = await (await open()).greeted();
  const transcript = `
    C: EHLO laptop
    S: 250-mx.elm.test
    S: 250-PIPELINING
    S: 250-SIZE 50000000
    S: 250-8BITMIME
    S: 250-SMTPUTF8
    S: 250-DSN
    S: 250-ENHANCEDSTATUSCODES
    S: 250 AUTH PLAIN LOGIN
    C: AUTH LOGIN
    S: 334 ${base64('Username:')}
    C: *
    S: 501 5.7.0 Authentication cancelled
    C: AUTH LOGIN
    S: 334 ${base64('Username:')}
    C: not base64!
    S: 501 5.5.2 Cannot decode base64
    C: AUTH
    S: 501 5.5.4 Bad arguments
    C: AUTH CRAM-MD5
    S: 504 5.5.4 Mechanism not offered
    C: AUTH PLAIN
    S: 334
    C: ${plain('flooded@elm.test', 'x')}
    S: 454 4.7.0 Too many failed attempts, try again later
    C: AUTH LOGIN ${base64('eve@elm.test')}
    S: 334 ${base64('Password:')}
    C: ${base64('pw-eve')}
    S: 235 2.7.0 Authentication successful`;
  expect((await peer.play(transcript)).replaceAll(/ $/gm, '')).toBe(asWritten(transcript));
});

test('after too many failed logins the connection is closed', async () => {
  const room = await open({ receiver: { limits: { authFailuresMax: 3, lingerMs: 0 } } });
  const peer = await room.greeted();
  await peer.say('EHLO laptop');
  const wrong = `AUTH PLAIN ${plain('eve@elm.test', 'wrong')}`;
  expect(await peer.say(wrong)).toMatch(/^535 /);
  expect(await peer.say(wrong)).toMatch(/^535 /);
  expect(await peer.say(wrong)).toMatch(/^535 /);
  expect(await peer.reply()).toBe('421 4.7.0 Too many failed logins, closing');
  expect(await peer.reply()).toBe('(closes)');
});

test('an AUTH line that is too long ends the exchange (RFC 4954 §4)', async () => {
  const peer = await (await open()).greeted();
  await peer.say('EHLO laptop');
  await peer.say('AUTH PLAIN');
  expect(await peer.say('A'.repeat(20_000))).toBe('500 5.5.6 Authentication exchange line is too long');
  expect(await peer.say('NOOP')).toBe('250 2.0.0 Ok');
});

test('SCRAM-SHA-256 proves the password without sending it', async () => {
  const room = await open();
  const account: Account = { id: room.directory.people.get('eve@elm.test')?.id ?? expect.fail('eve is gone'), address: 'eve@elm.test', createdAt: 0 };
  const salt = Buffer.from('a salt of eve');
  const salted = pbkdf2Sync('pw-eve', salt, 4096, 32, 'sha256');
  const mac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const clientKey = mac(salted, 'Client Key');
  const storedKey = createHash('sha256').update(clientKey).digest();
  room.directory.scram = async () => ({
    account,
    keys: { salt: salt.toString('base64'), iterations: 4096, storedKey: storedKey.toString('base64'), serverKey: mac(salted, 'Server Key').toString('base64') },
  });
  const peer = await room.greeted();
  expect(await peer.say('EHLO laptop')).toContain('250 AUTH SCRAM-SHA-256 PLAIN LOGIN');
  const bare = 'n=eve@elm.test,r=nonce';
  const serverFirst = Buffer.from((await peer.say(`AUTH SCRAM-SHA-256 ${base64(`n,,${bare}`)}`)).slice(4), 'base64').toString();
  const withoutProof = `c=biws,r=${/r=([^,]+)/.exec(serverFirst)?.[1] ?? ''}`;
  const signature = mac(storedKey, `${bare},${serverFirst},${withoutProof}`);
  const proof = clientKey.map((octet, index) => octet ^ (signature[index] ?? 0));
  const final = await peer.say(base64(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`));
  expect(Buffer.from(final.slice(4), 'base64').toString()).toMatch(/^v=/);
  expect(await peer.say('')).toBe('235 2.7.0 Authentication successful');
  expect(await peer.say('MAIL FROM:<eve@elm.test>')).toMatch(/^250 /);
});

test('in clear text AUTH is neither offered nor taken; after STARTTLS it is (RFC 4954 §4, RFC 3207)', async () => {
  const room = await open({ policy: { isClearAuthAllowed: false }, receiver: { tls } });
  const peer = await room.greeted();
  const greeting = await peer.say('EHLO laptop');
  expect(greeting).toContain('250 STARTTLS');
  expect(greeting).not.toContain('AUTH');
  expect(await peer.say(`AUTH PLAIN ${plain('eve@elm.test', 'pw-eve')}`)).toBe('538 5.7.11 Encryption is required: use STARTTLS first');
  expect(await peer.say('MAIL FROM:<eve@elm.test>')).toBe('530 5.7.0 Must issue a STARTTLS command first');
  expect(await peer.say('STARTTLS now')).toMatch(/^501 /);
  const secure = await startTls(peer);
  // RFC 3207 §4.2: what was known before is forgotten.
  expect(await secure.say('MAIL FROM:<eve@elm.test>')).toMatch(/^503 /);
  const again = await secure.say('EHLO laptop');
  expect(again).toContain('AUTH PLAIN LOGIN');
  expect(again).not.toContain('STARTTLS');
  expect(await secure.say('STARTTLS')).toBe('503 5.5.1 TLS is active already');
  expect(await secure.say(`AUTH PLAIN ${plain('eve@elm.test', 'pw-eve')}`)).toMatch(/^235 /);
  expect(await submit(secure, 'From: eve@elm.test\r\n\r\nhi')).toMatch(/^250 /);
  const [letter] = room.books.accepted;
  expect(letter?.spool?.prefix.toString()).toMatch(/with ESMTPSA \(TLSv1\.3 cipher TLS_[A-Z0-9_]+\)\r\n/);
  expect(letter?.ledger[0]?.detail['tls']).toMatch(/^TLSv1\.3 TLS_/);
});

async function startTls(peer: Peer): Promise<Peer> {
  expect(await peer.say('STARTTLS')).toBe('220 2.0.0 Ready to start TLS');
  peer.connection.removeAllListeners('data');
  return new Peer(await startTlsClient(peer.connection, { servername: HOSTNAME, verify: 'required', ca: certificate.certificate }));
}

test('what was sent in clear text behind STARTTLS is never obeyed (RFC 3207 §5)', async () => {
  const room = await open({ policy: { isTrusted: () => true }, receiver: { tls } });
  const peer = await room.greeted();
  await peer.say('EHLO laptop');
  peer.send('STARTTLS\r\nEHLO injected\r\nMAIL FROM:<eve@elm.test>\r\n');
  expect(await peer.reply()).toMatch(/^220 2\.0\.0 /);
  peer.connection.removeAllListeners('data');
  const secure = new Peer(await startTlsClient(peer.connection, { servername: HOSTNAME, verify: 'required', ca: certificate.certificate }));
  expect(await secure.say('RCPT TO:<bob@ash.test>')).toMatch(/^503 5\.5\.1 /);
  expect(secure.unread).toBe('');
});

test('under implicit TLS the greeting comes after the handshake', async () => {
  const room = await open({ policy: { isClearAuthAllowed: false }, receiver: { tls, isImplicitTls: true } });
  const raw = await room.connect();
  raw.connection.removeAllListeners('data');
  const peer = new Peer(await startTlsClient(raw.connection, { servername: HOSTNAME, verify: 'required', ca: certificate.certificate }));
  expect(await peer.reply()).toBe('220 mx.elm.test ESMTP Posthorn');
  expect(await peer.say('EHLO laptop')).toContain('AUTH PLAIN LOGIN');
});

test('a name the client asks for gets its own certificate, changed without a restart', async () => {
  const other = makeCertificate({ names: ['other.test'] });
  let now = createServerContext(certificate);
  const provider = (): { context: typeof now; contextFor: (name: string) => typeof now | undefined } => ({
    context: now,
    contextFor: (name) => (name === 'other.test' ? createServerContext(other) : undefined),
  });
  const room = await open({ receiver: { tls: provider } });
  const nameOf = async (servername: string): Promise<string | undefined> => {
    const peer = await room.greeted();
    await peer.say('EHLO laptop');
    expect(await peer.say('STARTTLS')).toMatch(/^220 /);
    peer.connection.removeAllListeners('data');
    const secure = await startTlsClient(peer.connection, { servername, verify: 'opportunistic' });
    return secure.tls.peerCertificate?.subjectAltName;
  };
  expect(await nameOf('other.test')).toBe('DNS:other.test');
  expect(await nameOf(HOSTNAME)).toBe(`DNS:${HOSTNAME}`);
  now = createServerContext(makeCertificate({ names: ['renewed.test'] }));
  expect(await nameOf(HOSTNAME)).toBe('DNS:renewed.test');
});

test('a trusted network sends without AUTH, and as anyone', async () => {
  const room = await open({ policy: { isTrusted: networkMatcher(['10.0.0.0/24', '2001:db8::/32', '198.51.100.7']) } });
  const inside = await room.greeted('10.0.0.9');
  await inside.say('EHLO printer');
  expect(await inside.say('MAIL FROM:<printer@oak.test>')).toMatch(/^250 /);
  const outside = await room.greeted('10.0.1.9');
  await outside.say('EHLO printer');
  expect(await outside.say('MAIL FROM:<printer@oak.test>')).toMatch(/^530 /);
});

test('networks are matched in both families, a bare address is a network of one', () => {
  const matches = networkMatcher(['10.0.0.0/24', '2001:db8::/32', '192.0.2.1']);
  expect(['10.0.0.255', '2001:db8:1::9', '192.0.2.1', '::ffff:10.0.0.1'].map(matches)).toEqual([true, true, true, true]);
  expect(['10.0.1.0', '2001:db9::1', '192.0.2.2', '', 'x'].map(matches)).toEqual([false, false, false, false, false]);
  expect(() => networkMatcher(['10.0.0.0/99'])).toThrow();
});

test('a missing Date and Message-ID are added in front, what is there stays as it is', async () => {
  const { room, peer } = await loggedIn();
  await submit(peer, 'From: eve@elm.test\r\n\r\nhi');
  await submit(peer, 'Date: yesterday\r\nmessage-id: <a@b>\r\n\r\nhi');
  const [bare, whole] = room.books.accepted;
  expect(bare?.spool?.prefix.toString()).toContain(`Date: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <${bare?.letter}@mx.elm.test>\r\n`);
  expect(bare?.octets.toString()).toBe('From: eve@elm.test\r\n\r\nhi\r\n');
  expect(bare?.summary.envelope.messageId).toBe(`<${bare?.letter}@mx.elm.test>`);
  expect(whole?.spool?.prefix.toString()).not.toMatch(/^(Date|Message-ID):/m);
});

test('bare line ends are put right before anything else, NUL goes', async () => {
  const { room, peer } = await loggedIn();
  await submit(peer, 'From: eve@elm.test\n\na\n..b\rc\0d\n.\ne');
  expect(room.books.accepted[0]?.octets.toString()).toBe('From: eve@elm.test\r\n\r\na\r\n.b\r\ncd\r\n.\r\ne\r\n');
});

test('commands may end in a bare LF here', async () => {
  const peer = await (await open()).greeted();
  peer.send('NOOP\nNOOP\r\n');
  expect(await peer.reply()).toBe('250 2.0.0 Ok');
  expect(await peer.reply()).toBe('250 2.0.0 Ok');
});

test('an account that sends a notice uses the null sender', async () => {
  const { peer } = await loggedIn();
  expect(await peer.say('MAIL FROM:<>')).toMatch(/^250 /);
});

const { privateKey } = generateKeyPairSync('ed25519');
const dkimKeys = [{
  domain: 'elm.test', selector: 'x', algorithm: 'ed25519-sha256' as const, createdAt: 0, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
}];

test('a letter is signed with the keys of its author, added fields included', async () => {
  const { room, peer } = await loggedIn({ dkimKeys });
  await submit(peer, 'From: Eve <eve@elm.test>\r\n\r\nhi');
  const [letter] = room.books.accepted;
  expect(letter?.spool?.prefix.toString()).toMatch(/^Received: [\s\S]*\r\nDKIM-Signature: [\s\S]*d=elm\.test[\s\S]*\r\nDate: [^\r]*\r\nMessage-ID: /);
  expect(letter?.ledger[0]?.detail).toMatchObject({ signed: true });
});

test.each([
  ['From: ann@elm.test\r\n\r\nhi'], ['From: eve@elm.test, ann@elm.test\r\n\r\nhi'], ['From: eve@elm.test\r\nFrom: ann@elm.test\r\n\r\nhi'],
  ['From: eve@oak.test\r\n\r\nhi'], ['Subject: nobody\r\n\r\nhi'],
])('%j is not signed for eve: she does not speak for this author', async (content) => {
  const { room, peer } = await loggedIn({ dkimKeys });
  expect(await submit(peer, content)).toMatch(/^250 /);
  expect(room.books.accepted[0]?.spool?.prefix.toString()).not.toContain('DKIM-Signature');
});

import { createSecureContext } from 'node:tls';
import { expect, test } from 'vitest';
import { makeCertificate } from '@posthorn/world/node/certificate.ts';
import { startTlsClient } from '@posthorn/world/tls.ts';
import { ReadingRoom, type RoomOptions } from './testing/reading-room.ts';
import { Client } from './testing/transcript.ts';

const { certificate, key } = makeCertificate({ names: ['imap.elm.test'] });
const TLS: RoomOptions = {
  isClearLoginAllowed: false,
  tls: () => ({ context: createSecureContext({ cert: certificate, key }) }),
};

function secure(client: Client): Promise<Client> {
  client.connection.removeAllListeners('data');
  return startTlsClient(client.connection, { servername: 'imap.elm.test', verify: 'required', ca: certificate }).then((connection) => new Client(connection));
}

test('passwords are refused in clear, and taken after STARTTLS', async () => {
  await using room = await ReadingRoom.open(TLS);
  const client = await room.connect();
  await room.play(client, `
    S: * OK [CAPABILITY IMAP4rev2 IMAP4rev1 … STARTTLS LOGINDISABLED …] …
    C: a LOGIN eve@elm.test secret
    S: a NO [PRIVACYREQUIRED] …
    C: b AUTHENTICATE PLAIN
    S: b NO [PRIVACYREQUIRED] …
    C: c STARTTLS
    S: c OK …`);
  const inside = await secure(client);
  await room.play(inside, `
    C: d CAPABILITY
    S: * CAPABILITY IMAP4rev2 IMAP4rev1 LITERAL+ ENABLE ID SASL-IR AUTH=PLAIN IDLE …
    S: d OK …
    C: e STARTTLS
    S: e BAD …
    C: f LOGIN eve@elm.test secret
    S: f OK …
    C: g SELECT INBOX`);
  expect(await inside.line()).toMatch(/^\* FLAGS/);
});

test('what somebody slipped in after STARTTLS in clear is not obeyed', async () => {
  await using room = await ReadingRoom.open(TLS);
  const client = await room.greeted();
  client.say('a STARTTLS\r\nb NOOP\r\nc CAPABILITY\r\n');
  expect(await client.line()).toMatch(/^a OK/);
  const inside = await secure(client);
  await room.play(inside, `
    C: d NOOP
    S: d OK …`);
});

test('with TLS from the first octet, the greeting comes inside', async () => {
  await using room = await ReadingRoom.open({ ...TLS, isImplicitTls: true });
  await room.play(await secure(await room.connect()), `
    S: * OK [CAPABILITY IMAP4rev2 IMAP4rev1 LITERAL+ ENABLE ID SASL-IR AUTH=PLAIN IDLE …] …
    C: a LOGIN eve@elm.test secret
    S: a OK …`);
});

test('without a certificate there is no STARTTLS, and no login either', async () => {
  await using room = await ReadingRoom.open({ isClearLoginAllowed: false });
  await room.play(await room.connect(), `
    S: * OK [CAPABILITY IMAP4rev2 IMAP4rev1 LITERAL+ ENABLE ID SASL-IR LOGINDISABLED IDLE …] …
    C: a STARTTLS
    S: a BAD …`);
});

test('a handshake that comes to nothing ends the connection', async () => {
  await using room = await ReadingRoom.open(TLS);
  const client = await room.greeted();
  client.say('a STARTTLS\r\n');
  expect(await client.line()).toMatch(/^a OK/);
  await room.clock.advance(60_000);
  expect(await client.line()).toBeUndefined();
  expect(room.log.of('imap tls failed')).toHaveLength(1);
});

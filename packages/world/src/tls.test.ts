import { connect as netConnect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Connection, Net } from './net.ts';
import { nodeNet } from './node/net.ts';
import { SimClock } from './sim/clock.ts';
import { SimNet } from './sim/net.ts';
import { makeCertificate } from './node/certificate.ts';
import { createServerContext, type SecureConnection, startTlsClient, type TlsClientOptions, startTlsServer, type TlsServerOptions } from './tls.ts';

const authority = makeCertificate({ names: ['Test authority'] });
const elm = makeCertificate({ names: ['mx.elm.test'], issuer: authority });
const oak = makeCertificate({ names: ['mx.oak.test'], issuer: authority });
const old = makeCertificate({ names: ['mx.elm.test'], issuer: authority, notAfter: new Date('2021-01-01T00:00:00Z') });

function simulated(): { near: Net; far: Net; host: string } {
  const net = new SimNet({ clock: new SimClock() });
  return { near: net.host('10.0.0.1'), far: net.host('10.0.0.2'), host: '10.0.0.2' };
}

function real(): { near: Net; far: Net; host: string } {
  return { near: nodeNet, far: nodeNet, host: '127.0.0.1' };
}

/** Both sides of a fresh connection. */
async function wire({ near, far, host }: ReturnType<typeof simulated>): Promise<{ client: Connection; server: Connection }> {
  let accepted: (connection: Connection) => void;
  const server = new Promise<Connection>((resolve) => { accepted = resolve; });
  const listening = await far.listen({ host, port: 0 }, (connection) => accepted(connection));
  const client = await near.connect(listening.endpoint);
  const ends = { client, server: await server };
  await listening.close();
  return ends;
}

async function agree(where: ReturnType<typeof simulated>, client: Omit<TlsClientOptions, 'servername'> & { servername?: string }, server: TlsServerOptions): Promise<{ client: SecureConnection; server: SecureConnection }> {
  const ends = await wire(where);
  const [left, right] = await Promise.allSettled([
    startTlsClient(ends.client, { servername: 'mx.elm.test', ...client }),
    startTlsServer(ends.server, server),
  ]);
  if (left.status === 'rejected') throw left.reason;
  if (right.status === 'rejected') throw right.reason;
  return { client: left.value, server: right.value };
}

describe.each([['a simulated wire', simulated], ['a real socket', real]])('TLS over %s', (_, world) => {
  test('carries a dialogue both ways and ends in order', async () => {
    const { client, server } = await agree(world(), { verify: 'required', ca: authority.certificate }, { context: createServerContext(elm) });
    client.write('EHLO ash.test\r\n');
    expect(String((await once(server, 'data'))[0])).toBe('EHLO ash.test\r\n');
    server.end('250 mx.elm.test\r\n');
    expect(Buffer.concat(await client.toArray()).toString()).toBe('250 mx.elm.test\r\n');
  });

  test('says what was agreed, and with whom', async () => {
    const where = world();
    const { client, server } = await agree(where, { verify: 'required', ca: authority.certificate }, { context: createServerContext(elm) });
    expect(client.tls).toMatchObject({ protocol: 'TLSv1.3', isAuthorised: true, reason: '', servername: 'mx.elm.test' });
    expect(client.tls.cipher).toMatch(/^TLS_/);
    expect(client.tls.peerCertificate?.subject).toBe('CN=mx.elm.test');
    expect(server.tls).toMatchObject({ protocol: 'TLSv1.3', servername: 'mx.elm.test', peerCertificate: undefined });
    expect(client.remoteAddress).toBe(where.host);
    expect(server.localAddress).toBe(where.host);
    client.destroy();
    server.destroy();
  });

  test('refuses a certificate of an unknown authority when it is required, and reports it when opportunistic', async () => {
    const context = createServerContext(elm);
    await expect(agree(world(), { verify: 'required' }, { context })).rejects.toMatchObject({ name: 'NetFault', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    const { client, server } = await agree(world(), { verify: 'opportunistic' }, { context });
    expect(client.tls).toMatchObject({ isAuthorised: false, reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    client.destroy();
    server.destroy();
  });

  test('refuses a certificate for another name', async () => {
    const context = createServerContext(oak);
    await expect(agree(world(), { verify: 'required', ca: authority.certificate }, { context })).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    const { client, server } = await agree(world(), { verify: 'opportunistic', ca: authority.certificate }, { context });
    expect(client.tls.reason).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    client.destroy();
    server.destroy();
  });

  test('refuses a certificate that has expired', async () => {
    await expect(agree(world(), { verify: 'required', ca: authority.certificate }, { context: createServerContext(old) }))
      .rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
  });

  test('shows the certificate of the name that the client asks for', async () => {
    const contexts = new Map([['mx.oak.test', createServerContext(oak)]]);
    const options: TlsServerOptions = { context: createServerContext(elm), contextFor: (name) => contexts.get(name) };
    const first = await agree(world(), { verify: 'required', ca: authority.certificate, servername: 'mx.oak.test' }, options);
    expect(first.client.tls.peerCertificate?.subject).toBe('CN=mx.oak.test');
    const second = await agree(world(), { verify: 'opportunistic', servername: 'mx.ash.test' }, options);
    expect(second.client.tls.peerCertificate?.subject).toBe('CN=mx.elm.test');
    for (const end of [first.client, first.server, second.client, second.server]) end.destroy();
  });

  test('sends no server name when the name is an IP address', async () => {
    const { client, server } = await agree(world(), { verify: 'opportunistic', servername: '127.0.0.1' }, { context: createServerContext(elm) });
    expect(server.tls.servername).toBe('');
    client.destroy();
    server.destroy();
  });

  test('ends with a fault when the peer does not speak TLS', async () => {
    const ends = await wire(world());
    ends.server.end('220 mx.elm.test ESMTP\r\n');
    await expect(startTlsClient(ends.client, { servername: 'mx.elm.test', verify: 'opportunistic' })).rejects.toMatchObject({ name: 'NetFault' });
    expect(ends.client.destroyed).toBe(true);
  });

  test('ends with a fault when the client sends words in clear', async () => {
    const ends = await wire(world());
    ends.client.write('EHLO ash.test\r\nMAIL FROM:<>\r\n');
    ends.client.resume();
    await expect(startTlsServer(ends.server, { context: createServerContext(elm) })).rejects.toMatchObject({ name: 'NetFault' });
    expect(ends.server.destroyed).toBe(true);
  });

  test('ends with a fault when the peer goes away during the handshake', async () => {
    const ends = await wire(world());
    ends.server.destroy();
    await expect(startTlsClient(ends.client, { servername: 'mx.elm.test', verify: 'opportunistic' })).rejects.toMatchObject({ name: 'NetFault' });
  });

  test('takes the wire along when it is destroyed, and hears when the wire breaks', async () => {
    const first = await wire(world());
    const [one, two] = await Promise.all([
      startTlsClient(first.client, { servername: 'mx.elm.test', verify: 'opportunistic' }), startTlsServer(first.server, { context: createServerContext(elm) }),
    ]);
    const gone = [once(two, 'close'), once(first.server, 'close'), once(first.client, 'close')];
    one.destroy();
    await Promise.all(gone);
    const second = await wire(world());
    const [three, four] = await Promise.all([
      startTlsClient(second.client, { servername: 'mx.elm.test', verify: 'opportunistic' }), startTlsServer(second.server, { context: createServerContext(elm) }),
    ]);
    const broken = [once(three, 'close'), once(four, 'close')];
    second.client.destroy();
    await Promise.all(broken);
    expect([one, two, first.client, first.server, three, four, second.server].every((end) => end.destroyed)).toBe(true);
  });

  test('carries more than a buffer holds, with the reader late', async () => {
    const { client, server } = await agree(world(), { verify: 'opportunistic' }, { context: createServerContext(elm) });
    const letter = Buffer.alloc(2_000_000, 'posthorn ');
    client.end(letter);
    let octets = 0;
    for await (const chunk of server) octets += chunk.length;
    expect(octets).toBe(letter.length);
  });

  test('can be called off', async () => {
    const ends = await wire(world());
    const stop = new AbortController();
    const outcome = startTlsClient(ends.client, { servername: 'mx.elm.test', verify: 'opportunistic', signal: stop.signal });
    stop.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'ECANCELED' });
    ends.server.destroy();
  });
});

test('TLS over a simulated wire with latency is agreed as the clock goes', async () => {
  const clock = new SimClock();
  const net = new SimNet({ clock, latency: 10 });
  const agreed: SecureConnection[] = [];
  await net.host('10.0.0.2').listen({ host: '10.0.0.2', port: 25 }, (connection) => {
    startTlsServer(connection, { context: createServerContext(elm) }).then((secure) => agreed.push(secure)).catch(() => {});
  });
  const connecting = net.host('10.0.0.1').connect({ host: '10.0.0.2', port: 25 });
  await clock.advance(20);
  startTlsClient(await connecting, { servername: 'mx.elm.test', verify: 'opportunistic' }).then((secure) => agreed.push(secure)).catch(() => {});
  // Its first words take ten milliseconds to get there, the answer ten more, the last word ten more.
  await clock.advance(29);
  expect(agreed).toHaveLength(1);
  await clock.advance(1);
  expect(agreed).toHaveLength(2);
  for (const secure of agreed) secure.destroy();
});

test('A client that knows nothing above TLS 1.1 is refused', async () => {
  const listening = await nodeNet.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    startTlsServer(connection, { context: createServerContext(elm) }).catch(() => {});
  });
  if (!('port' in listening.endpoint)) throw new Error('no port');
  const socket = netConnect(listening.endpoint.port, '127.0.0.1');
  // A ClientHello of TLS 1.0 with one old cipher: record, handshake, version 3.1.
  const hello = Buffer.concat([Buffer.from('0301', 'hex'), Buffer.alloc(32, 7), Buffer.from('00', 'hex'), Buffer.from('0002002f0100', 'hex')]);
  const handshake = Buffer.concat([Buffer.from([1, 0, 0, hello.length]), hello]);
  socket.write(Buffer.concat([Buffer.from([22, 3, 1, 0, handshake.length]), handshake]));
  const [answer] = await once(socket, 'data');
  // An alert: protocol_version (70), RFC 8446 §6.2.
  expect(answer).toStrictEqual(Buffer.from('15030100020246', 'hex'));
  socket.destroy();
  await listening.close();
});

import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import type { Connection, Endpoint, Listening } from '../net.ts';
import { nodeNet } from './net.ts';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-net-'));

afterAll(() => rmSync(folder, { recursive: true }));

async function serve(at: Endpoint, options?: { mode: number }): Promise<{ listening: Listening; next: () => Promise<Connection> }> {
  const accepted: Connection[] = [];
  const waiting: ((connection: Connection) => void)[] = [];
  const listening = await nodeNet.listen(at, (connection) => {
    const first = waiting.shift();
    if (first === undefined) accepted.push(connection);
    else first(connection);
  }, options);
  return {
    listening,
    next: () => new Promise((resolve) => {
      const first = accepted.shift();
      if (first === undefined) waiting.push(resolve);
      else resolve(first);
    }),
  };
}

describe('The real network', () => {
  test('carries octets between two ends that know each other\'s addresses, also when closed', async () => {
    const { listening, next } = await serve({ host: '127.0.0.1', port: 0 });
    const near = await nodeNet.connect(listening.endpoint, { localAddress: '127.0.0.3' });
    const far = await next();
    expect([near.remoteAddress, near.localAddress]).toStrictEqual(['127.0.0.1', '127.0.0.3']);
    expect([far.remoteAddress, far.localAddress]).toStrictEqual(['127.0.0.3', '127.0.0.1']);
    expect(far.remotePort).toBe(near.localPort);
    near.end('EHLO ash.test\r\n');
    expect(Buffer.concat(await far.toArray()).toString()).toBe('EHLO ash.test\r\n');
    if (!near.closed) await once(near, 'close');
    expect([near.remoteAddress, far.remoteAddress]).toStrictEqual(['127.0.0.1', '127.0.0.3']);
    await listening.close();
  });

  test('writes IPv4 inside IPv6 as IPv4', async () => {
    const { listening, next } = await serve({ host: '::', port: 0 });
    if (!('port' in listening.endpoint)) throw new Error('no port');
    const near = await nodeNet.connect({ host: '127.0.0.1', port: listening.endpoint.port });
    const far = await next();
    expect([far.remoteAddress, far.localAddress]).toStrictEqual(['127.0.0.1', '127.0.0.1']);
    near.destroy();
    await listening.close();
  });

  test('says with the system\'s words why it cannot', async () => {
    const { listening } = await serve({ host: '127.0.0.1', port: 0 });
    await expect(nodeNet.listen(listening.endpoint, () => {})).rejects.toMatchObject({ name: 'NetFault', code: 'EADDRINUSE' });
    await listening.close();
    await expect(nodeNet.connect(listening.endpoint)).rejects.toMatchObject({ name: 'NetFault', code: 'ECONNREFUSED' });
    await expect(nodeNet.connect({ path: join(folder, 'nobody') })).rejects.toMatchObject({ name: 'NetFault', code: 'ENOENT' });
    await expect(nodeNet.listen({ host: '192.0.2.1', port: 0 }, () => {})).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  test('asks no DNS: names are refused', async () => {
    await expect(nodeNet.connect({ host: 'localhost', port: 1 })).rejects.toMatchObject({ code: 'EINVAL' });
    await expect(nodeNet.listen({ host: 'localhost', port: 0 }, () => {})).rejects.toMatchObject({ code: 'EINVAL' });
  });

  test('gives up connecting when called off', async () => {
    const { listening } = await serve({ host: '127.0.0.1', port: 0 });
    await expect(nodeNet.connect(listening.endpoint, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ECANCELED' });
    const stop = new AbortController();
    const outcome = nodeNet.connect(listening.endpoint, { signal: stop.signal });
    stop.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'ECANCELED' });
    await listening.close();
  });

  test('closes the door without waiting for those inside', async () => {
    const { listening, next } = await serve({ host: '127.0.0.1', port: 0 });
    const near = await nodeNet.connect(listening.endpoint);
    const far = await next();
    await listening.close();
    await expect(nodeNet.connect(listening.endpoint)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    // The port is free at once.
    await (await nodeNet.listen(listening.endpoint, () => {})).close();
    far.end('still here\r\n');
    expect(Buffer.concat(await near.toArray()).toString()).toBe('still here\r\n');
  });

  test('survives a peer that resets, even when nobody listens for errors', async () => {
    const { listening, next } = await serve({ host: '127.0.0.1', port: 0 });
    const near = await nodeNet.connect(listening.endpoint);
    const far = await next();
    far.resume();
    if (!('resetAndDestroy' in near) || typeof near.resetAndDestroy !== 'function') throw new Error('not a socket');
    near.resetAndDestroy();
    await once(far, 'close').catch(() => {});
    expect(far.destroyed).toBe(true);
    await listening.close();
  });
});

describe('A unix socket', () => {
  test('is for our own user only, unless told otherwise', async () => {
    for (const [mode, expected] of [[undefined, 0o600], [0o660, 0o660]] as const) {
      const path = join(folder, `mode-${expected}`);
      const { listening, next } = await serve({ path }, mode === undefined ? undefined : { mode });
      expect(statSync(path).mode & 0o777).toBe(expected);
      const near = await nodeNet.connect({ path });
      const far = await next();
      expect([near.remoteAddress, far.remoteAddress, far.remotePort]).toStrictEqual(['', '', 0]);
      near.destroy();
      await listening.close();
    }
  });

  test('that somebody answers on is not taken away', async () => {
    const path = join(folder, 'busy');
    const { listening } = await serve({ path });
    await expect(nodeNet.listen({ path }, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
    (await nodeNet.connect({ path })).destroy();
    await listening.close();
  });

  test('left by a process that died is replaced', async () => {
    const path = join(folder, 'stale');
    // A thread that ends without closing leaves its socket behind, as a killed process does.
    const thread = new Worker(`
      const server = require('node:net').createServer().listen(${JSON.stringify(path)}, () => {
        require('node:fs').renameSync(${JSON.stringify(path)}, ${JSON.stringify(`${path}.kept`)});
        process.exit();
      });`, { eval: true });
    await once(thread, 'exit');
    const kept = `${path}.kept`;
    expect(statSync(kept).isSocket()).toBe(true);
    const { listening, next } = await serve({ path: kept });
    const near = await nodeNet.connect({ path: kept });
    (await next()).destroy();
    near.destroy();
    await listening.close();
  });

  test('is not made where an ordinary file is', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'precious');
    await expect(nodeNet.listen({ path }, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(statSync(path).isFile()).toBe(true);
  });
});

test('A foreign server is reached as any other', async () => {
  const server = createServer((socket) => socket.end('220 ready\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const connection = await nodeNet.connect({ host: '127.0.0.1', port: address.port });
  expect(Buffer.concat(await connection.toArray()).toString()).toBe('220 ready\r\n');
  server.close();
});

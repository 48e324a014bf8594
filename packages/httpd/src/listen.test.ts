import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
import type { Endpoint } from '@posthorn/world/net.ts';
import { listenApi } from './listen.ts';
import { testApi } from './testing/api.ts';

let folder: string;
const apps: FastifyInstance[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-'));
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  await rm(folder, { recursive: true });
});

function api(): FastifyInstance {
  const { app } = testApi();
  apps.push(app);
  return app;
}

function get(at: Endpoint, path: string): Promise<number> {
  const options = 'path' in at ? { socketPath: at.path, path } : { host: at.host, port: at.port, path };
  return new Promise((resolve, reject) => {
    request(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on('error', reject).end();
  });
}

it('listens on a free port and tells which', async () => {
  const endpoint = await listenApi(api(), { host: '127.0.0.1', port: 0 });
  expect('port' in endpoint && endpoint.port > 0).toBe(true);
  expect(await get(endpoint, '/healthz')).toBe(200);
});

it('says EADDRINUSE of a port in use', async () => {
  const endpoint = await listenApi(api(), { host: '127.0.0.1', port: 0 });
  await expect(listenApi(api(), endpoint)).rejects.toMatchObject({ name: 'NetFault', code: 'EADDRINUSE' });
});

it('listens on a socket that only its owner can open', async () => {
  const path = join(folder, 'control.sock');
  expect(await listenApi(api(), { path })).toEqual({ path });
  const { mode } = await stat(path);
  expect(mode & 0o777).toBe(0o600);
  expect(await get({ path }, '/rest/v1/accounts')).toBe(200);
});

it('takes a letter whose sender hangs up for nothing at all, and not for a bug', async () => {
  const began = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown>();
  const test = testApi({
    submit: {
      submit: async ({ content }) => {
        try {
          for await (const chunk of content) if (chunk.length > 0) began.resolve();
          return { kind: 'refused', code: 554, status: '5.0.0', text: 'came to its end' };
        } catch (fault) {
          ended.resolve(fault);
          throw fault;
        }
      },
    },
  });
  apps.push(test.app);
  const endpoint = await listenApi(test.app, { host: '127.0.0.1', port: 0 });
  if (!('port' in endpoint)) throw new Error('no port');
  const sending = request({ host: endpoint.host, port: endpoint.port, method: 'POST', path: '/rest/v1/send?from=a@ash.test&to=b@ash.test', headers: { 'content-type': 'message/rfc822', 'content-length': 100 } });
  sending.on('error', () => {});
  sending.write('Subject: half');
  await began.promise;
  sending.destroy();
  expect(await ended.promise).toBeInstanceOf(Error);
  await test.app.close();
  expect(test.log.lines.filter((line) => line.level === 'error')).toEqual([]);
});

it('answers a probe that speaks HTTP/1.0, without a Host', async () => {
  const { app } = testApi({ hostNames: [] });
  apps.push(app);
  const endpoint = await listenApi(app, { host: '127.0.0.1', port: 0 });
  if (!('port' in endpoint)) throw new Error('no port');
  const socket = connect(endpoint.port, endpoint.host);
  socket.end('GET /healthz HTTP/1.0\r\n\r\n');
  const said: Buffer[] = [];
  for await (const chunk of socket) said.push(chunk);
  expect(Buffer.concat(said).toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\{"status":"alive"\}$/);
});

it('takes the place of a socket that was left behind, and of nothing else', async () => {
  const path = join(folder, 'control.sock');
  await listenApi(api(), { path });
  // As after a crash: the file is there, its server is not asked.
  await listenApi(api(), { path });
  expect(await get({ path }, '/healthz')).toBe(200);
  const file = join(folder, 'letter.txt');
  await writeFile(file, 'not a socket');
  await expect(listenApi(api(), { path: file })).rejects.toMatchObject({ name: 'NetFault', code: 'EADDRINUSE' });
});

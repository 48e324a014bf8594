import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EgressAnswer } from '../egress.ts';
import { SimResolver } from '../sim/resolver.ts';
import { createEgress } from './egress.ts';

const asked: string[] = [];
let server: Server;
let port = 0;
const resolver = new SimResolver();
resolver.set('shop.test', { a: ['127.0.0.1'] });
resolver.set('rebound.test', { a: ['203.0.114.5', '10.0.0.1'] });
resolver.set('inside.test', { a: ['192.168.1.1'] });

beforeEach(async () => {
  asked.length = 0;
  server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.host ?? ''} ${request.headers.referer ?? '-'} ${request.headers.cookie ?? '-'}`);
    if (request.url === '/to-inside') response.writeHead(302, { location: 'http://inside.test/secret' }).end();
    else if (request.url === '/round') response.writeHead(302, { location: '/round' }).end();
    else if (request.url === '/moved') response.writeHead(301, { location: '/picture' }).end();
    else if (request.url === '/large') response.end(Buffer.alloc(5000));
    else if (request.url === '/slow') response.write('x');
    else response.writeHead(200, { 'content-type': 'image/png' }).end('picture');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterEach(() => { server.closeAllConnections(); server.close(); });

/** Our own server stands for the world. */
function fetch(url: string, { msMax = 10_000 } = {}): Promise<EgressAnswer> {
  const egress = createEgress({ resolver, isAllowed: (ip, to) => ip === '127.0.0.1' && to === port });
  return egress.fetch({ url, method: 'GET', octetsMax: 1000, msMax });
}

describe('a URL in a letter', () => {
  it('is fetched, and nothing is said of who asks', async () => {
    expect(await fetch(`http://shop.test:${port}/picture`)).toMatchObject({ kind: 'answered', status: 200, type: 'image/png', body: Buffer.from('picture') });
    expect(asked).toEqual([`GET /picture shop.test:${port} - -`]);
  });
  it('is followed where it moved', async () => {
    expect(await fetch(`http://shop.test:${port}/moved`)).toMatchObject({ kind: 'answered', url: `http://shop.test:${port}/picture` });
  });
  it('is not followed inside, nor in circles', async () => {
    expect(await fetch(`http://shop.test:${port}/to-inside`)).toEqual({ kind: 'refused', why: 'inside.test is not out in the world.' });
    expect(await fetch(`http://shop.test:${port}/round`)).toEqual({ kind: 'failed', why: 'More than 5 redirects.' });
  });
  it('is given up when it is too large or too slow', async () => {
    expect(await fetch(`http://shop.test:${port}/large`)).toMatchObject({ kind: 'failed', why: 'It is larger than 1000 octets.' });
    expect(await fetch(`http://shop.test:${port}/slow`, { msMax: 50 })).toMatchObject({ kind: 'failed', why: 'It took too long.' });
  });
});

describe('what is not out in the world is never asked', () => {
  it.each([
    'file:///etc/passwd', 'ftp://shop.test/', 'gopher://shop.test/', 'javascript:alert(1)', 'http://localhost/', 'http://127.0.0.1/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://0x7f.1/', 'http://2130706433/',
    'http://169.254.169.254/latest/meta-data/', 'http://10.0.0.1/', 'http://inside.test/', 'http://rebound.test/', 'http://user:password@shop.test/', 'http://0.0.0.0/', 'http://8.8.8.8:25/', `http://${'x'.repeat(5000)}.test/`,
  ])('%s', async (url) => {
    const answer = await createEgress({ resolver }).fetch({ url, method: 'GET', octetsMax: 1000, msMax: 1000 });
    // A name that nobody has is no host at all.
    expect(answer.kind === 'refused' || (answer.kind === 'failed' && answer.why.startsWith('There is no host'))).toBe(true);
    expect(asked).toEqual([]);
  });
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testApi } from '../testing/api.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-web-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<title>Posthorn</title>');
  await writeFile(join(folder, 'assets', 'index-1.js'), 'run()');
  await writeFile(join(folder, 'stamp'), 'secret');
});
afterEach(() => rm(folder, { recursive: true }));

it('gives the page for every view, under a policy that lets nothing in from elsewhere', async () => {
  const { app } = testApi({ web: () => Promise.resolve(folder) });
  for (const url of ['/', '/letter/abc?tab=raw', '/compose', '/queue', '/help']) {
    const { statusCode, headers, body } = await app.inject(url);
    expect([url, statusCode, body]).toEqual([url, 200, '<title>Posthorn</title>']);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/);
  }
});

it('gives its files, for good, and nothing beside them', async () => {
  const { app } = testApi({ web: () => Promise.resolve(folder) });
  expect((await app.inject('/assets/index-1.js')).headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': expect.stringContaining('immutable'), 'x-content-type-options': 'nosniff' });
  for (const url of ['/assets/..%2fstamp', '/assets/%2e%2e/stamp', '/assets/stamp', '/stamp', '/assets/../../etc/passwd']) expect((await app.inject(url)).statusCode).toBe(404);
});

it('tells a page that cannot be built, and tries again', async () => {
  let isBroken = true;
  const { app, log } = testApi({ web: () => (isBroken ? Promise.reject(new Error('no bundler')) : Promise.resolve(folder)) });
  expect((await app.inject('/')).statusCode).toBe(500);
  expect(log.lines.map(({ event }) => event)).toContain('web page could not be built');
  isBroken = false;
  expect((await app.inject('/')).statusCode).toBe(200);
});

it('shows HTML of strangers in a sandbox that runs and loads nothing', async () => {
  const { app } = testApi();
  const response = await app.inject({ method: 'POST', url: '/letter-frame', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: `html=${encodeURIComponent('<script>alert(1)</script><META http-equiv=refresh content="0;url=http://evil.test/">')}&scheme=dark` });
  expect(response.body).toContain('<x-meta http-equiv=refresh');
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({ 'content-security-policy': "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'", 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
});

it('takes no form from pages of other sites', async () => {
  const { app } = testApi({ hostNames: [] });
  const response = await app.inject({ method: 'POST', url: '/letter-frame', headers: { host: '127.0.0.1:8025', origin: 'https://evil.test', 'content-type': 'application/x-www-form-urlencoded' }, payload: 'html=x' });
  expect(response.statusCode).toBe(403);
});

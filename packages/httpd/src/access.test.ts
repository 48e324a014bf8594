import { describe, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { testApi } from './testing/api.ts';

const PUBLIC = ['GET /', 'GET /healthz', 'GET /metrics', 'GET /readyz'];

/** Every route of an application, as `METHOD url`, from what it itself says. */
function routesOf(app: FastifyInstance): readonly string[] {
  const found = new Set<string>();
  const stack: { depth: number; text: string }[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent, text, methods] = /^([│ ]*)[├└]── (\S*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (indent === undefined || text === undefined) continue;
    const depth = indent.length;
    while ((stack.at(-1)?.depth ?? -1) >= depth) stack.pop();
    stack.push({ depth, text });
    for (const method of methods?.split(', ') ?? []) if (method !== 'HEAD') found.add(`${method} ${stack.map((each) => each.text).join('')}`);
  }
  return [...found].toSorted();
}

async function statusOf(app: FastifyInstance, route: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const [method = '', url = ''] = route.split(' ');
  const response = await app.inject({ method: method === 'POST' ? 'POST' : method === 'PUT' ? 'PUT' : method === 'DELETE' ? 'DELETE' : 'GET', url: url.replaceAll(/:\w+/g, 'x@ash.test'), headers });
  return response.statusCode;
}

async function open(changes: Parameters<typeof testApi>[0]): Promise<FastifyInstance> {
  const { app } = testApi(changes);
  await app.ready();
  return app;
}

describe('who is let in', () => {
  it('knows every route', async () => {
    expect(routesOf(await open({}))).toEqual([
      'DELETE /rest/v1/accounts/:address', 'DELETE /rest/v1/aliases/:address', ...PUBLIC.slice(0, 3), 'GET /readyz',
      'GET /rest/v1/accounts', 'GET /rest/v1/aliases', 'GET /rest/v1/domains/:name/dkim', 'GET /rest/v1/openapi.json',
      'GET /rest/v1/queue', 'GET /rest/v1/queue/:id', 'GET /rest/v1/trace/:what', 'POST /rest/v1/accounts', 'POST /rest/v1/config/reload',
      'POST /rest/v1/domains/:name/dkim', 'POST /rest/v1/queue/commands', 'POST /rest/v1/send', 'PUT /rest/v1/accounts/:address/password', 'PUT /rest/v1/aliases/:address',
    ]);
  });
  it('lets nobody at anything but the public routes without the token, or with a wrong one', async () => {
    const app = await open({ access: { token: 'right-token' } });
    for (const route of routesOf(app)) {
      const isPublic = PUBLIC.includes(route);
      for (const headers of [{}, { authorization: 'Bearer wrong-token' }, { authorization: 'Bearer' }, { authorization: 'Basic cmlnaHQtdG9rZW4=' }, { authorization: 'Bearer right-token2' }]) {
        expect(`${route} ${await statusOf(app, route, headers)}`).toBe(`${route} ${isPublic ? 200 : 401}`);
      }
      expect(await statusOf(app, route, { authorization: 'Bearer right-token' })).not.toBe(401);
    }
  });
  it('lets nobody in on a listener without a token', async () => {
    const app = await open({ access: 'closed' });
    for (const route of routesOf(app)) {
      expect(`${route} ${await statusOf(app, route, { authorization: 'Bearer undefined' })}`).toBe(`${route} ${PUBLIC.includes(route) ? 200 : 403}`);
    }
  });
  it('lets everyone in who can reach the control socket', async () => {
    const app = await open({});
    for (const route of routesOf(app)) expect([401, 403, 421]).not.toContain(await statusOf(app, route));
  });
  it('asks for the token also where the method has no route', async () => {
    const { app } = testApi({ access: { token: 'x' } });
    expect((await app.inject({ method: 'HEAD', url: '/rest/v1/accounts' })).statusCode).toBe(401);
    expect((await app.inject({ method: 'GET', url: '/rest/v1//accounts' })).statusCode).toBe(404);
    expect((await app.inject({ method: 'GET', url: '/REST/v1/accounts' })).statusCode).toBe(404);
  });
});

describe('pages of other sites (DNS rebinding)', () => {
  it.each(['127.0.0.1:8025', '[::1]:8025', 'localhost:8025', 'LOCALHOST', 'mail.localhost', 'laptop:8025', '192.0.2.7'])('may be called %s', async (host) => {
    const app = await open({ hostNames: ['laptop'] });
    expect(await statusOf(app, 'GET /rest/v1/accounts', { host })).toBe(200);
  });
  it.each(['evil.test', 'localhost.evil.test', '127.0.0.1.evil.test', 'evil.test:8025'])('may not be called %s', async (host) => {
    const app = await open({ hostNames: ['laptop'] });
    expect(await statusOf(app, 'GET /rest/v1/accounts', { host })).toBe(421);
    expect(await statusOf(app, 'GET /', { host })).toBe(421);
  });
  it('cannot make their readers\' browsers act on ours', async () => {
    const app = await open({ hostNames: [] });
    expect(await statusOf(app, 'POST /rest/v1/domains/:name/dkim', { host: '127.0.0.1:8025', origin: 'https://evil.test' })).toBe(403);
    expect(await statusOf(app, 'POST /rest/v1/domains/:name/dkim', { host: '127.0.0.1:8025', origin: 'null' })).toBe(403);
    expect(await statusOf(app, 'GET /rest/v1/accounts', { host: '127.0.0.1:8025', origin: 'http://127.0.0.1:8025' })).toBe(200);
    const response = await app.inject({ method: 'OPTIONS', url: '/rest/v1/accounts', headers: { host: '127.0.0.1', origin: 'https://evil.test', 'access-control-request-method': 'POST' } });
    expect(Object.keys(response.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
  it('do not matter where a token is asked for', async () => {
    const app = await open({ access: { token: 't' }, hostNames: [] });
    expect(await statusOf(app, 'GET /rest/v1/accounts', { host: 'mail.ash.test', authorization: 'Bearer t' })).toBe(200);
  });
});

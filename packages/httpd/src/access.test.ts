import { describe, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
import type { LoginAnswer } from '@posthorn/directory/directory.ts';
import { accountId } from '@posthorn/store/ids.ts';
import { testApi } from './testing/api.ts';

const PUBLIC = ['DELETE /rest/v1/session', 'GET /', 'GET /healthz', 'GET /metrics', 'GET /readyz', 'GET /rest/v1/session', 'POST /letter-frame', 'POST /rest/v1/session'];
const READERS = [
  'DELETE /rest/v1/letters', 'GET /rest/v1/events', 'GET /rest/v1/images', 'GET /rest/v1/letters', 'GET /rest/v1/letters/:id', 'GET /rest/v1/letters/:id/checks', 'GET /rest/v1/letters/:id/headers', 'GET /rest/v1/letters/:id/parts/:part',
  'GET /rest/v1/letters/:id/raw', 'GET /rest/v1/letters/:id/render', 'GET /rest/v1/letters/wait', 'PATCH /rest/v1/letters', 'POST /rest/v1/letters/:id/links',
];
const ADMINISTRATORS = [
  'DELETE /rest/v1/accounts/:address', 'GET /rest/v1/accounts/:address/archive', 'POST /rest/v1/accounts/:address/archive', 'DELETE /rest/v1/aliases/:address', 'GET /rest/v1/accounts', 'GET /rest/v1/aliases', 'GET /rest/v1/domains/:name/dkim', 'GET /rest/v1/openapi.json',
  'GET /rest/v1/queue', 'GET /rest/v1/queue/:id', 'GET /rest/v1/trace/:what', 'POST /rest/v1/accounts', 'POST /rest/v1/config/reload',
  'POST /rest/v1/domains/:name/dkim', 'POST /rest/v1/queue/commands', 'POST /rest/v1/send', 'POST /rest/v1/store/backups', 'POST /rest/v1/store/examinations', 'PUT /rest/v1/accounts/:address/password', 'GET /rest/v1/accounts/:address/deleted', 'POST /rest/v1/accounts/:address/restore', 'GET /rest/v1/accounts/:address/mailboxes/:mailbox', 'GET /rest/v1/accounts/:address/quota', 'PUT /rest/v1/accounts/:address/quota', 'PUT /rest/v1/aliases/:address',
];

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

/** Nothing that answers at once: a stream goes on, a wait waits. */
const ENDLESS: ReadonlySet<string> = new Set(['GET /rest/v1/events']);

async function statusOf(app: FastifyInstance, route: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const [method = '', url = ''] = route.split(' ');
  const path = url.replaceAll(/:\w+/g, 'x@ash.test').replace('/letters/wait', '/letters/wait?timeoutMs=0');
  const response = await app.inject({ method: methodOf(method), url: path, headers });
  return response.statusCode;
}

function methodOf(text: string): 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' {
  return text === 'POST' || text === 'PUT' || text === 'DELETE' || text === 'PATCH' ? text : 'GET';
}

async function open(changes: Parameters<typeof testApi>[0]): Promise<FastifyInstance> {
  const { app } = testApi(changes);
  await app.ready();
  return app;
}

/** The cookie of someone who signed in. */
async function signIn(app: FastifyInstance): Promise<string> {
  const { headers } = await app.inject({ method: 'POST', url: '/rest/v1/session', payload: { address: 'eve@ash.test', password: 'pencil' } });
  return String(headers['set-cookie']).split(';')[0] ?? '';
}

const WELCOME: LoginAnswer = { kind: 'welcome', account: { id: accountId(7), address: 'eve@ash.test', createdAt: 0 } };

describe('who is let in', () => {
  it('knows every route, and whom it is for', async () => {
    expect(routesOf(await open({}))).toEqual([...PUBLIC, ...READERS, ...ADMINISTRATORS].toSorted());
  });
  it('lets nobody at anything but the public routes without the token, or with a wrong one', async () => {
    const app = await open({ access: { token: 'right-token' } });
    for (const route of routesOf(app)) {
      const isPublic = PUBLIC.includes(route);
      for (const headers of [{}, { authorization: 'Bearer wrong-token' }, { authorization: 'Bearer' }, { authorization: 'Basic cmlnaHQtdG9rZW4=' }, { authorization: 'Bearer right-token2' }, { cookie: 'posthorn=made-up' }]) {
        const status = await statusOf(app, route, headers);
        expect(`${route} ${status === 401}`).toBe(`${route} ${!isPublic}`);
      }
      if (!ENDLESS.has(route)) expect(await statusOf(app, route, { authorization: 'Bearer right-token' })).not.toBe(401);
    }
  });
  it('asks for the token at what Mailpit’s clients use, too, and keeps readers out', async () => {
    const app = await open({ access: { token: 't' }, isMailpit: true, login: () => Promise.resolve(WELCOME) });
    const cookie = await signIn(app);
    const routes = routesOf(app).filter((route) => / \/(api|view)\//.test(route));
    expect(routes).toHaveLength(25);
    for (const route of routes) {
      expect(`${route} ${await statusOf(app, route)}`).toBe(`${route} 401`);
      expect(`${route} ${await statusOf(app, route, { cookie })}`).toBe(`${route} 403`);
    }
  });
  it('lets nobody in on a listener without a token', async () => {
    const app = await open({ access: 'closed' });
    for (const route of routesOf(app)) {
      const status = await statusOf(app, route, { authorization: 'Bearer undefined' });
      const refused = READERS.includes(route) ? 401 : ADMINISTRATORS.includes(route) ? 403 : undefined;
      expect(`${route} ${[401, 403].includes(status) ? status : 'in'}`).toBe(`${route} ${refused ?? 'in'}`);
    }
  });
  it.each(['closed', { token: 't' }] as const)('lets whoever signed in at what is for readers, and at nothing else (%j)', async (access) => {
    const app = await open({ access, login: () => Promise.resolve(WELCOME) });
    const cookie = await signIn(app);
    for (const route of routesOf(app)) {
      if (ENDLESS.has(route)) continue;
      const status = await statusOf(app, route, route === 'DELETE /rest/v1/session' ? {} : { cookie });
      expect(`${route} ${[401, 403].includes(status) ? status : 'in'}`).toBe(`${route} ${ADMINISTRATORS.includes(route) ? 403 : 'in'}`);
    }
  });
  it('lets everyone in who can reach the control socket', async () => {
    const app = await open({});
    for (const route of routesOf(app).filter((each) => !ENDLESS.has(each))) expect([401, 403, 421]).not.toContain(await statusOf(app, route));
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

describe('signing in', () => {
  it('sets a cookie that scripts and other sites never see', async () => {
    const app = await open({ access: 'closed', login: () => Promise.resolve(WELCOME) });
    const { headers, body } = await app.inject({ method: 'POST', url: '/rest/v1/session', payload: { address: 'eve@ash.test', password: 'pencil' } });
    expect(headers['set-cookie']).toMatch(/^posthorn=[\w-]{43}; Path=\/; Max-Age=86400; HttpOnly; SameSite=Strict$/);
    expect(JSON.parse(body)).toMatchObject({ role: 'reader', address: 'eve@ash.test' });
    const behindTls = await app.inject({ method: 'POST', url: '/rest/v1/session', headers: { 'x-forwarded-proto': 'https' }, payload: { address: 'eve@ash.test', password: 'pencil' } });
    expect(behindTls.headers['set-cookie']).toMatch(/; Secure$/);
  });
  it('is refused with the wrong password, and after too many', async () => {
    let answer: LoginAnswer = { kind: 'refused' };
    const app = await open({ access: 'closed', login: () => Promise.resolve(answer) });
    const attempt = async (): Promise<unknown> => {
      const { statusCode, headers } = await app.inject({ method: 'POST', url: '/rest/v1/session', payload: { address: 'eve@ash.test', password: 'x' } });
      return [statusCode, headers['set-cookie']];
    };
    expect(await attempt()).toEqual([403, undefined]);
    answer = { kind: 'throttled' };
    expect(await attempt()).toEqual([429, undefined]);
  });
  it('ends with signing out, and by itself after a day', async () => {
    const { app, clock } = testApi({ access: 'closed', login: () => Promise.resolve(WELCOME) });
    await app.ready();
    const roleOf = async (cookie: string): Promise<unknown> => (await app.inject({ url: '/rest/v1/session', headers: { cookie } })).json().role;
    const [first, second] = [await signIn(app), await signIn(app)];
    expect([await roleOf(first), await roleOf(second)]).toEqual(['reader', 'reader']);
    await app.inject({ method: 'DELETE', url: '/rest/v1/session', headers: { cookie: first } });
    expect([await roleOf(first), await roleOf(second)]).toEqual(['anybody', 'reader']);
    await clock.advance(86_400_000);
    expect(await roleOf(second)).toBe('anybody');
  });
  it('does not let pages of other sites act with the cookie', async () => {
    const app = await open({ access: 'closed', login: () => Promise.resolve(WELCOME) });
    const cookie = await signIn(app);
    expect(await statusOf(app, 'GET /rest/v1/letters', { cookie, host: 'mail.ash.test', origin: 'https://evil.test' })).toBe(403);
    expect(await statusOf(app, 'GET /rest/v1/letters', { cookie, host: 'mail.ash.test', origin: 'https://mail.ash.test' })).toBe(200);
  });
});

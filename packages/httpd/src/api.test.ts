import * as fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { letterId } from '@posthorn/store/ids.ts';
import { StoreFault } from '@posthorn/store/store.ts';
import { spooled, testApi } from './testing/api.ts';
import type { TestApi } from './testing/api.ts';

let test: TestApi;
beforeEach(() => {
  test = testApi();
});

/** Status and body of an answer. */
async function ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object): Promise<{ status: number; body: unknown }> {
  const options: InjectOptions = { method, url, ...(body === undefined ? {} : { payload: body }) };
  const response = await test.app.inject(options);
  return { status: response.statusCode, body: response.body === '' ? undefined : response.json() };
}

describe('accounts', () => {
  const nothingHeld = { used: { octets: 0, letters: 0 }, limits: {} };
  it('are added, listed without their secrets, and removed', async () => {
    expect(await ask('POST', '/rest/v1/accounts', { address: 'Ann@ash.test', password: 'pencil' })).toEqual({
      status: 201, body: { address: 'ann@ash.test', createdAt: '2026-01-01T00:00:00.000Z', canLogIn: true, ...nothingHeld },
    });
    await ask('POST', '/rest/v1/accounts', { address: 'bob@ash.test' });
    expect((await ask('GET', '/rest/v1/accounts')).body).toEqual({ accounts: [
      { address: 'ann@ash.test', createdAt: '2026-01-01T00:00:00.000Z', canLogIn: true, ...nothingHeld },
      { address: 'bob@ash.test', createdAt: '2026-01-01T00:00:00.000Z', canLogIn: false, ...nothingHeld },
    ] });
    expect(await ask('DELETE', '/rest/v1/accounts/ann%40ash.test')).toEqual({ status: 200, body: { aliases: [] } });
    expect((await ask('DELETE', '/rest/v1/accounts/ann@ash.test')).status).toBe(404);
  });
  it('get a quota, a part of it at a time', async () => {
    const quota = '/rest/v1/accounts/bob@ash.test/quota';
    await ask('POST', '/rest/v1/accounts', { address: 'bob@ash.test' });
    expect((await ask('PUT', quota, { octets: 1000 })).status).toBe(200);
    expect((await ask('PUT', quota, { letters: 'unlimited' })).body).toEqual({ quotas: [{ of: 'bob@ash.test', used: { octets: 0, letters: 0 }, limits: { octets: 1000 } }] });
    expect((await ask('PUT', quota, { octets: 'default', letters: 7 })).body).toMatchObject({ quotas: [{ limits: { letters: 7 } }] });
    expect((await ask('GET', quota)).body).toMatchObject({ quotas: [{ limits: { letters: 7 } }] });
    for (const wrong of [{ octets: 0 }, { octets: 'much' }, { letters: 1.5 }, { messages: 1 }]) expect((await ask('PUT', quota, wrong)).status).toBe(400);
    expect((await ask('PUT', quota.replace('bob', 'eve'), { octets: 1000 })).status).toBe(404);
  });
  it('get a password', async () => {
    await ask('POST', '/rest/v1/accounts', { address: 'bob@ash.test' });
    expect(await ask('PUT', '/rest/v1/accounts/bob@ash.test/password', { password: 'brush' })).toEqual({ status: 204, body: undefined });
    expect((await ask('GET', '/rest/v1/accounts')).body).toMatchObject({ accounts: [{ canLogIn: true }] });
    expect((await ask('PUT', '/rest/v1/accounts/eve@ash.test/password', { password: 'x' })).status).toBe(404);
    expect((await ask('PUT', '/rest/v1/accounts/bob@ash.test/password', { password: 'a\u0000' })).status).toBe(422);
  });
  it('tell what is wrong, as a problem with a sentence', async () => {
    expect(await ask('POST', '/rest/v1/accounts', { address: 'ann' })).toEqual({ status: 422, body: { title: 'Cannot be done', status: 422, detail: '“ann” is not an address.' } });
    expect((await ask('POST', '/rest/v1/accounts', { address: 'ann@elm.test' })).body).toMatchObject({ detail: expect.stringContaining('not one of ours') });
    await ask('POST', '/rest/v1/accounts', { address: 'ann@ash.test' });
    expect(await ask('POST', '/rest/v1/accounts', { address: 'ann@ash.test' })).toMatchObject({ status: 409, body: { detail: 'There is an account ann@ash.test already.' } });
    await ask('PUT', '/rest/v1/aliases/info@ash.test', { targets: ['ann@ash.test'] });
    expect((await ask('POST', '/rest/v1/accounts', { address: 'info@ash.test' })).status).toBe(409);
  });
});

describe('aliases', () => {
  it('are set, listed and removed', async () => {
    await ask('POST', '/rest/v1/accounts', { address: 'ann@ash.test' });
    expect(await ask('PUT', '/rest/v1/aliases/info@ash.test', { targets: ['ann@ash.test', 'carl@elm.test'] })).toEqual({
      status: 200, body: { address: 'info@ash.test', targets: ['ann@ash.test', 'carl@elm.test'], isReaching: true },
    });
    expect((await ask('PUT', '/rest/v1/aliases/%40ash.test', { targets: ['nobody@ash.test'] })).body).toMatchObject({ address: '@ash.test', isReaching: false });
    expect((await ask('GET', '/rest/v1/aliases')).body).toEqual({ aliases: [
      { address: 'info@ash.test', targets: ['ann@ash.test', 'carl@elm.test'] }, { address: '@ash.test', targets: ['nobody@ash.test'] },
    ] });
    expect((await ask('DELETE', '/rest/v1/aliases/info@ash.test')).status).toBe(204);
    expect((await ask('DELETE', '/rest/v1/aliases/info@ash.test')).status).toBe(404);
  });
  it('tell what is wrong', async () => {
    await ask('POST', '/rest/v1/accounts', { address: 'ann@ash.test' });
    const set = async (alias: string, targets: readonly string[]): Promise<number> => (await ask('PUT', `/rest/v1/aliases/${alias}`, { targets })).status;
    expect(await set('info', ['ann@ash.test'])).toBe(422);
    expect(await set('info@elm.test', ['ann@ash.test'])).toBe(422);
    expect(await set('ann@ash.test', ['bob@ash.test'])).toBe(409);
    expect(await set('info@ash.test', ['bob'])).toBe(422);
    expect(await set('info@ash.test', [])).toBe(400);
  });
});

describe('signing keys', () => {
  it('are made once, and only their public half is told', async () => {
    expect((await ask('GET', '/rest/v1/domains/ash.test/dkim')).body).toEqual({ domain: 'ash.test', keys: [] });
    const made = await ask('POST', '/rest/v1/domains/Ash.Test/dkim');
    expect(made).toMatchObject({ status: 200, body: { domain: 'ash.test', keys: [
      { algorithm: 'rsa-sha256', record: { type: 'TXT', value: expect.stringMatching(/^v=DKIM1; k=rsa; p=/) } },
      { algorithm: 'ed25519-sha256', record: { type: 'TXT', name: expect.stringMatching(/\._domainkey\.ash\.test$/), zoneLine: expect.stringMatching(/^p202601e\._domainkey\.ash\.test\. IN TXT "v=DKIM1/) } },
    ] } });
    expect(JSON.stringify(made.body)).not.toContain('PRIVATE');
    expect((await ask('POST', '/rest/v1/domains/ash.test/dkim')).body).toEqual(made.body);
    expect((await ask('GET', '/rest/v1/domains/ash.test/dkim')).body).toEqual(made.body);
  });
  it('are for our domains only', async () => {
    expect((await ask('POST', '/rest/v1/domains/elm.test/dkim')).status).toBe(404);
  });
});

describe('the queue', () => {
  it('tells what is under way, and what was said last', async () => {
    test.letters.push(spooled('one'));
    expect((await ask('GET', '/rest/v1/queue/one')).body).toEqual({
      id: 'one', sender: 'ann@ash.test', subject: 'Hello', octets: 1234, acceptedAt: '2026-01-01T00:00:00.000Z', expiresAt: '2026-01-06T00:00:00.000Z',
      recipients: [{
        address: 'eve@elm.test', route: 'elm.test', state: 'waiting', attempts: 1, nextAt: '2026-01-01T00:05:00.000Z',
        remark: { code: 451, status: '4.7.1', text: 'Try later', host: 'mx.elm.test' },
      }],
    });
    expect((await ask('GET', '/rest/v1/queue/two')).status).toBe(404);
  });
  it('is listed a page at a time', async () => {
    for (const id of ['a', 'b', 'c']) test.letters.push(spooled(id, { reversePath: null }));
    expect((await ask('GET', '/rest/v1/queue?limit=2')).body).toMatchObject({ letters: [{ id: 'a', sender: '' }, { id: 'b' }], next: 'b' });
    const last = await ask('GET', '/rest/v1/queue?limit=2&after=b');
    expect(last.body).toMatchObject({ letters: [{ id: 'c' }] });
    expect(last.body).not.toHaveProperty('next');
  });
  it('takes commands for some letters or for all', async () => {
    test.letters.push(spooled('a'));
    expect(await ask('POST', '/rest/v1/queue/commands', { what: 'retry', letters: ['a'] })).toEqual({ status: 200, body: { letters: ['a'] } });
    expect(await ask('POST', '/rest/v1/queue/commands', { what: 'hold', all: true })).toEqual({ status: 200, body: { letters: ['a'] } });
    expect(test.commands).toEqual([{ what: 'retry', letters: ['a'] }, { what: 'hold' }]);
    expect((await ask('POST', '/rest/v1/queue/commands', { what: 'cancel' })).status).toBe(422);
    expect((await ask('POST', '/rest/v1/queue/commands', { what: 'cancel', letters: ['a'], all: true })).status).toBe(422);
    expect((await ask('POST', '/rest/v1/queue/commands', { what: 'burn', all: true })).status).toBe(400);
    expect(test.commands).toHaveLength(2);
  });
});

describe('a trace', () => {
  beforeEach(() => {
    const at = Date.UTC(2026, 0, 1);
    test.ledger.notes.push({ letter: letterId('one'), at, sender: 'ann@ash.test', recipients: ['eve@elm.test'], messageId: '<1@ash.test>', subject: 'Hello', octets: 10 });
    test.ledger.entries.push({ at, letter: letterId('one'), recipient: 'eve@elm.test', act: 'queued', detail: { expiresAt: at + 1000, tags: ['a', 'b'] } });
  });
  it('is found by id, by address in any case, and by Message-ID', async () => {
    for (const what of ['one', 'EVE@elm.test', '%3C1%40ash.test%3E']) {
      expect((await ask('GET', `/rest/v1/trace/${what}`)).body).toEqual({ letters: [{
        id: 'one', at: '2026-01-01T00:00:00.000Z', sender: 'ann@ash.test', recipients: ['eve@elm.test'], messageId: '<1@ash.test>', subject: 'Hello', octets: 10,
        story: ['Letter one from ann@ash.test to eve@elm.test, “Hello”, 10 octets', '2026-01-01 00:00:00Z  queued for eve@elm.test, to be tried until 2026-01-01 00:00:01Z'],
        entries: [{ at: '2026-01-01T00:00:00.000Z', act: 'queued', recipient: 'eve@elm.test', detail: { expiresAt: Date.UTC(2026, 0, 1) + 1000, tags: ['a', 'b'] } }],
      }] });
    }
  });
  it('of what nobody knows is not found, or empty', async () => {
    expect((await ask('GET', '/rest/v1/trace/two')).status).toBe(404);
    expect(await ask('GET', '/rest/v1/trace/nobody@elm.test')).toEqual({ status: 200, body: { letters: [] } });
  });
});

describe('sending', () => {
  function send(url: string, payload: string | Buffer, contentType = 'message/rfc822'): Promise<{ statusCode: number; json: () => unknown }> {
    return test.app.inject({ method: 'POST', url, payload, headers: { 'content-type': contentType } });
  }
  it('hands the letter on octet by octet, with its envelope', async () => {
    const response = await send('/rest/v1/send?from=ann@ash.test&to=eve@elm.test&to=bob@ash.test', 'Subject: x\n\nHello\n');
    expect(response.statusCode).toBe(202);
    expect(response.json()).toEqual({ id: 'new' });
    expect(test.submitted).toEqual([{ sender: 'ann@ash.test', recipients: ['eve@elm.test', 'bob@ash.test'], content: 'Subject: x\n\nHello\n' }]);
  });
  it('takes one recipient, and an empty sender for a notice', async () => {
    await send('/rest/v1/send?from=&to=eve@elm.test', 'x');
    expect(test.submitted).toMatchObject([{ sender: '<>', recipients: ['eve@elm.test'] }]);
  });
  it('refuses what is not an address, and letters that are none', async () => {
    expect((await send('/rest/v1/send?from=ann&to=eve@elm.test', 'x')).statusCode).toBe(422);
    expect((await send('/rest/v1/send?from=ann@ash.test&to=eve', 'x')).statusCode).toBe(422);
    expect((await send('/rest/v1/send?from=ann@ash.test', 'x')).statusCode).toBe(400);
    expect((await send('/rest/v1/send?from=ann@ash.test&to=eve@elm.test', 'x', 'text/plain')).statusCode).toBe(415);
    expect((await send('/rest/v1/send?from=ann@ash.test&to=eve@elm.test', '{}', 'application/json')).statusCode).toBe(415);
    expect(test.submitted).toEqual([]);
  });
  it('stops at the largest letter', async () => {
    expect((await send('/rest/v1/send?from=ann@ash.test&to=eve@elm.test', Buffer.alloc(10_000, 65))).statusCode).toBe(202);
    expect((await send('/rest/v1/send?from=ann@ash.test&to=eve@elm.test', Buffer.alloc(10_001, 65))).statusCode).toBe(413);
  });
  it('passes on what submission refuses: for good, or for now', async () => {
    test.submitAnswer = { kind: 'refused', code: 550, status: '5.1.1', text: 'Nobody here' };
    const refused = await send('/rest/v1/send?from=ann@ash.test&to=eve@ash.test', 'x');
    expect(refused.statusCode).toBe(422);
    expect(refused.json()).toEqual({ title: 'Cannot be done', status: 422, detail: 'Nobody here', code: 550, enhancedStatus: '5.1.1' });
    test.submitAnswer = { kind: 'refused', code: 451, status: '4.3.0', text: 'Later' };
    expect((await send('/rest/v1/send?from=ann@ash.test&to=eve@ash.test', 'x')).statusCode).toBe(503);
  });
});

describe('reloading', () => {
  it('says that it is done, what is faulty, or that there is nothing to reload', async () => {
    expect((await ask('POST', '/rest/v1/config/reload')).status).toBe(501);
    test = testApi({ config: { reload: () => Promise.resolve({ kind: 'reloaded' }) } });
    expect(await ask('POST', '/rest/v1/config/reload')).toEqual({ status: 200, body: { reloaded: true } });
    test = testApi({ config: { reload: () => Promise.resolve({ kind: 'faulty', problems: ['posthorn.toml:3: unknown key'] }) } });
    expect(await ask('POST', '/rest/v1/config/reload')).toMatchObject({ status: 422, body: { problems: ['posthorn.toml:3: unknown key'] } });
  });
});

describe('health', () => {
  it('is alive, and ready when the store can commit', async () => {
    expect(await ask('GET', '/healthz')).toEqual({ status: 200, body: { status: 'alive' } });
    expect(await ask('GET', '/readyz')).toEqual({ status: 200, body: { status: 'ready' } });
    test.fault = new StoreFault('disk full');
    expect((await ask('GET', '/readyz')).status).toBe(503);
    expect((await ask('GET', '/healthz')).status).toBe(200);
  });
});

describe('what goes wrong', () => {
  it('is a problem in JSON, whatever it is', async () => {
    for (const [method, url, payload, status] of [
      ['GET', '/nowhere', undefined, 404], ['GET', '/rest/v1/queue?limit=0', undefined, 400], ['GET', '/rest/v1/queue?limit=many', undefined, 400],
      ['GET', '/rest/v1/queue?wrong=1', undefined, 400], ['POST', '/rest/v1/accounts', '{"address":', 400], ['POST', '/rest/v1/accounts', '{}', 400],
      ['POST', '/rest/v1/accounts', '{"address":"ann@ash.test","extra":1}', 400], ['POST', '/rest/v1/accounts', '"ann"', 400], ['GET', '/rest/v1/trace/%zz', undefined, 400],
    ] as const) {
      const response = await test.app.inject({ method, url, ...(payload === undefined ? {} : { payload, headers: { 'content-type': 'application/json' } }) });
      expect(`${method} ${url} ${response.statusCode}`).toBe(`${method} ${url} ${status}`);
      expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(response.json()).toMatchObject({ status, detail: expect.stringMatching(/^[A-Z“].*\.$/) });
    }
  });
  it('is temporary when the books are out of reach, and says no more than that when it is a bug', async () => {
    test = testApi({ dkim: { keysOf: () => Promise.reject(new StoreFault('disk full')), make: () => Promise.reject(new Error('secret inside')) } });
    expect((await ask('GET', '/rest/v1/domains/ash.test/dkim')).status).toBe(503);
    const bug = await ask('POST', '/rest/v1/domains/ash.test/dkim');
    expect(bug).toEqual({ status: 500, body: { title: 'Our mistake', status: 500, detail: 'Something went wrong here; the log says what.' } });
  });
});

it('answers anything at all with an answer or a problem, never with a bug', async () => {
  const word = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('ann@ash.test', '@ash.test', '<1@ash.test>', '%', '\u0000', '..', 'é@ash.test', '\ud800'));
  const piece = word.map((text) => encodeURIComponent(text.toWellFormed()));
  const value = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null), fc.array(word, { maxLength: 3 }));
  const body = fc.oneof(value, fc.dictionary(fc.constantFrom('address', 'password', 'targets', 'what', 'letters', 'all', '__proto__', 'x'), value, { maxKeys: 4 }));
  const request = fc.record({
    method: fc.constantFrom('GET' as const, 'POST' as const, 'PUT' as const, 'DELETE' as const, 'PATCH' as const, 'OPTIONS' as const),
    path: fc.constantFrom('accounts', 'accounts/:', 'accounts/:/password', 'aliases', 'aliases/:', 'domains/:', 'queue', 'queue/:', 'queue/commands', 'trace/:', 'send', 'config/reload', ':'),
    piece,
    query: fc.oneof(fc.constant(''), fc.tuple(fc.constantFrom('limit', 'after', 'from', 'to', 'x'), piece).map((pair) => `?${pair.join('=')}`)),
    payload: fc.oneof(fc.string({ maxLength: 30 }), body.map((each) => JSON.stringify(each))),
    type: fc.constantFrom('application/json', 'message/rfc822', 'text/plain', 'nonsense', ''),
  });
  await fc.assert(fc.asyncProperty(request, async ({ method, path, piece, query, payload, type }) => {
    const url = `/rest/v1/${path.replace(':', piece)}${query}`;
    const hasBody = method !== 'GET' && method !== 'OPTIONS';
    const response = await test.app.inject({ method, url, ...(hasBody ? { payload, headers: { 'content-type': type } } : {}) });
    expect(response.statusCode === 501 || response.statusCode < 500).toBe(true);
    expect(response.statusCode < 300 || String(response.headers['content-type']).startsWith('application/problem+json')).toBe(true);
  }), { numRuns: 3000 });
});

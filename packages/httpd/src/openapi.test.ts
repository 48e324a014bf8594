import { expect, it } from 'vitest';
import { testApi } from './testing/api.ts';

it('describes every operation of /rest/v1, with its parameters and bodies', async () => {
  const { app } = testApi();
  const response = await app.inject('/rest/v1/openapi.json');
  expect(response.statusCode).toBe(200);
  const document: { paths: Record<string, Record<string, unknown>> } = response.json();
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Posthorn' } });
  expect(Object.entries(document.paths).map(([path, operations]) => `${path} ${Object.keys(operations).toSorted().join(' ')}`).toSorted()).toEqual([
    '/rest/v1/accounts get post', '/rest/v1/accounts/{address} delete', '/rest/v1/accounts/{address}/archive get post', '/rest/v1/accounts/{address}/deleted get', '/rest/v1/accounts/{address}/mailboxes/{mailbox} get', '/rest/v1/accounts/{address}/password put', '/rest/v1/accounts/{address}/quota get put', '/rest/v1/accounts/{address}/restore post',
    '/rest/v1/aliases get', '/rest/v1/aliases/{address} delete put', '/rest/v1/config/reload post', '/rest/v1/domains/{name}/dkim get post',
    '/rest/v1/events get', '/rest/v1/images get', '/rest/v1/letters delete get patch', '/rest/v1/letters/wait get', '/rest/v1/letters/{id} get', '/rest/v1/letters/{id}/checks get', '/rest/v1/letters/{id}/headers get',
    '/rest/v1/letters/{id}/links post', '/rest/v1/letters/{id}/parts/{part} get', '/rest/v1/letters/{id}/raw get', '/rest/v1/letters/{id}/render get',
    '/rest/v1/queue get', '/rest/v1/queue/commands post', '/rest/v1/queue/{id} get', '/rest/v1/send post', '/rest/v1/session delete get post', '/rest/v1/store/backups post', '/rest/v1/store/examinations post', '/rest/v1/trace/{what} get',
  ]);
  expect(document.paths['/rest/v1/accounts/{address}/password']?.['put']).toMatchObject({
    summary: 'Set the password',
    parameters: [{ name: 'address', in: 'path', required: true }],
    requestBody: { content: { 'application/json': { schema: { required: ['password'] } } } },
    responses: { 204: { description: 'Done' }, default: { content: { 'application/problem+json': {} } } },
  });
  expect(document.paths['/rest/v1/send']?.['post']).toMatchObject({
    parameters: [{ name: 'from', in: 'query', required: true }, { name: 'to', in: 'query', required: true }],
    requestBody: { content: { 'message/rfc822': {} } },
  });
});

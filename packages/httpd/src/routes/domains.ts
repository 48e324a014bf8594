/**
 * `/rest/v1/domains`: signing keys of our domains and the DNS records that publish them.
 */
import type { FastifyInstance } from 'fastify';
import { domainToAscii } from '@posthorn/mail/domain.ts';
import { zoneFileLine } from '@posthorn/trust/dkim-keys.ts';
import type { ApiOptions } from '../options.ts';
import type { PublishedKey } from '../ports.ts';
import { sendProblem } from '../problem.ts';
import { listOf, objectOf } from '../schemas.ts';

const TEXT = { type: 'string' } as const;
const PARAMS = objectOf({ name: { type: 'string', minLength: 1, maxLength: 255 } });
const KEYS_SCHEMA = objectOf({
  domain: TEXT,
  keys: listOf(objectOf({ selector: TEXT, algorithm: TEXT, record: objectOf({ name: TEXT, type: TEXT, value: TEXT, zoneLine: { ...TEXT, description: 'The same for a zone file.' } }) })),
});

function shown(domain: string, keys: readonly PublishedKey[]): object {
  return { domain, keys: keys.map(({ selector, algorithm, record }) => ({ selector, algorithm, record: { ...record, type: 'TXT', zoneLine: zoneFileLine(record) } })) };
}

export function domainRoutes(app: FastifyInstance, { dkim, isOurDomain }: ApiOptions): void {
  const ours = (name: string): string | undefined => {
    const domain = domainToAscii(name);
    return domain !== undefined && isOurDomain(domain) ? domain : undefined;
  };
  const notOurs = (name: string): { status: number; detail: string } => (
    { status: 404, detail: `${name} is not a domain of ours: add it to the configuration first.` });

  app.get<{ Params: { name: string } }>('/rest/v1/domains/:name/dkim', {
    schema: { summary: 'The DNS records of the signing keys', params: PARAMS, response: { 200: KEYS_SCHEMA } },
  }, async (request, reply) => {
    const domain = ours(request.params.name);
    return domain === undefined ? sendProblem(reply, notOurs(request.params.name)) : shown(domain, await dkim.keysOf(domain));
  });

  app.post<{ Params: { name: string } }>('/rest/v1/domains/:name/dkim', {
    schema: { summary: 'Make signing keys where there are none, and tell their DNS records', params: PARAMS, response: { 200: KEYS_SCHEMA } },
  }, async (request, reply) => {
    const domain = ours(request.params.name);
    return domain === undefined ? sendProblem(reply, notOurs(request.params.name)) : shown(domain, await dkim.make(domain));
  });
}

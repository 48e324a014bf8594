/**
 * `/rest/v1/accounts/:address/quota`: how much an account holds and may hold.
 */
import type { FastifyInstance } from 'fastify';
import type { Quota } from '@posthorn/directory/quota-desk.ts';
import type { Limits } from '@posthorn/store/quota.ts';
import type { ApiOptions } from '../options.ts';
import { type Problem, sendProblem } from '../problem.ts';
import { ADDRESS, listOf, objectOf } from '../schemas.ts';

const TEXT = { type: 'string' } as const;
const COUNT = { type: 'integer', minimum: 0 } as const;
/** Octets and letters: RFC 9208 calls them STORAGE and MESSAGE. */
export const RESOURCES = objectOf({ octets: COUNT, letters: COUNT });
export const LIMITS = { ...objectOf({ octets: COUNT, letters: COUNT }, []), description: 'What is absent is not limited.' };
const QUOTAS_SCHEMA = objectOf({
  quotas: { ...listOf(objectOf({ of: TEXT, used: RESOURCES, limits: LIMITS })), description: 'Of the account first, then one that its whole domain shares.' },
});
const OWN_LIMIT = (example: number) => ({
  oneOf: [{ type: 'integer', minimum: 1 }, { enum: ['unlimited', 'default'] }], examples: [example], description: 'Absent: stays as it is.',
});
const PARAMS = objectOf({ address: ADDRESS });

/** A limit as it is asked for; `default`: as the configuration says. */
type AskedLimit = number | 'unlimited' | 'default';

export function shownLimits({ messages, octets }: Limits): object {
  return { ...(octets === undefined ? {} : { octets }), ...(messages === undefined ? {} : { letters: messages }) };
}

function shownQuota({ of, usage, limits }: Quota): object {
  return { of, used: { octets: usage.octets, letters: usage.messages }, limits: shownLimits(limits) };
}

/** A limit of its own, after what was asked; absent: as configured. */
function chosen(asked: AskedLimit | undefined, now: number | 'unlimited' | undefined): number | 'unlimited' | undefined {
  return asked === 'default' ? undefined : asked ?? now;
}

export function noAccount(address: string): Problem {
  return { status: 404, detail: `There is no account ${address}.` };
}

export function quotaRoutes(app: FastifyInstance, { administration }: ApiOptions): void {
  app.get<{ Params: { address: string } }>('/rest/v1/accounts/:address/quota', {
    schema: { summary: 'What an account holds and may hold', params: PARAMS, response: { 200: QUOTAS_SCHEMA } },
  }, async (request, reply) => {
    const found = await administration.quotas(request.params.address);
    return found === undefined ? sendProblem(reply, noAccount(request.params.address)) : { quotas: found.quotas.map(shownQuota) };
  });

  app.put<{ Params: { address: string }; Body: { octets?: AskedLimit; letters?: AskedLimit } }>('/rest/v1/accounts/:address/quota', {
    schema: {
      summary: 'Give an account a quota of its own',
      params: PARAMS,
      body: objectOf({ octets: OWN_LIMIT(1_000_000_000), letters: OWN_LIMIT(100_000) }, []),
      response: { 200: QUOTAS_SCHEMA },
    },
  }, async (request, reply) => {
    const { address } = request.params;
    const before = await administration.quotas(address);
    if (before === undefined) return sendProblem(reply, noAccount(address));
    const octets = chosen(request.body.octets, before.account.ownLimits?.octets);
    const messages = chosen(request.body.letters, before.account.ownLimits?.messages);
    await administration.setQuota(address, { ...(octets === undefined ? {} : { octets }), ...(messages === undefined ? {} : { messages }) });
    const after = await administration.quotas(address);
    return after === undefined ? sendProblem(reply, noAccount(address)) : { quotas: after.quotas.map(shownQuota) };
  });
}

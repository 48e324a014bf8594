/**
 * `/rest/v1/accounts`: people.
 */
import type { FastifyInstance } from 'fastify';
import type { Account } from '@posthorn/store/accounts.ts';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { ADDRESS, ALIAS_SCHEMA, listOf, NOTHING, objectOf } from '../schemas.ts';
import { LIMITS, noAccount, RESOURCES, shownLimits } from './quotas.ts';

const ACCOUNT_SCHEMA = objectOf({
  address: ADDRESS,
  createdAt: { type: 'string', format: 'date-time' },
  canLogIn: { type: 'boolean', description: 'It has a password, or none is needed here.' },
  used: RESOURCES,
  limits: LIMITS,
});
const PASSWORD = { type: 'string', minLength: 1, maxLength: 1024 } as const;
const PARAMS = objectOf({ address: ADDRESS });
const BAD_PASSWORD = 'A password is 1 to 1024 octets without control characters.';

export function accountRoutes(app: FastifyInstance, { administration }: ApiOptions): void {
  /** What may be seen of an account: never its credentials. */
  const shown = async ({ address, createdAt, credentials }: Account): Promise<object> => {
    const quota = (await administration.quotas(address))?.quotas[0];
    return {
      address, createdAt: new Date(createdAt).toISOString(), canLogIn: credentials !== undefined || !administration.keepsPasswords,
      used: { octets: quota?.usage.octets ?? 0, letters: quota?.usage.messages ?? 0 }, limits: shownLimits(quota?.limits ?? {}),
    };
  };

  app.get('/rest/v1/accounts', {
    schema: { summary: 'All accounts, in the order they were added', response: { 200: objectOf({ accounts: listOf(ACCOUNT_SCHEMA) }) } },
  }, async () => ({ accounts: await Promise.all((await administration.accounts()).map(shown)) }));

  app.post<{ Body: { address: string; password?: string } }>('/rest/v1/accounts', {
    schema: {
      summary: 'Add an account; without a password nobody can log in',
      body: objectOf({ address: ADDRESS, password: PASSWORD }, ['address']),
      response: { 201: ACCOUNT_SCHEMA },
    },
  }, async (request, reply) => {
    const { address, password } = request.body;
    const answer = await administration.addAccount(address, password);
    switch (answer.kind) {
      case 'added': return reply.code(201).send(await shown(answer.account));
      case 'not-an-address': return sendProblem(reply, { status: 422, detail: `“${address}” is not an address.` });
      case 'not-our-domain': return sendProblem(reply, { status: 422, detail: `The domain of ${address} is not one of ours: add it to the configuration first.` });
      case 'bad-password': return sendProblem(reply, { status: 422, detail: BAD_PASSWORD });
      case 'exists': return sendProblem(reply, { status: 409, detail: `There is an account ${address} already.` });
      case 'is-alias': return sendProblem(reply, { status: 409, detail: `${address} is an alias; remove it first.` });
      default: return answer satisfies never;
    }
  });

  app.put<{ Params: { address: string }; Body: { password: string } }>('/rest/v1/accounts/:address/password', {
    schema: { summary: 'Set the password', params: PARAMS, body: objectOf({ password: PASSWORD }), response: { 204: NOTHING } },
  }, async (request, reply) => {
    const { address } = request.params;
    const answer = await administration.setPassword(address, request.body.password);
    switch (answer.kind) {
      case 'done': return reply.code(204).send();
      case 'no-account': return sendProblem(reply, noAccount(address));
      case 'bad-password': return sendProblem(reply, { status: 422, detail: BAD_PASSWORD });
      default: return answer.kind satisfies never;
    }
  });

  app.delete<{ Params: { address: string } }>('/rest/v1/accounts/:address', {
    schema: {
      summary: 'Remove an account with all its mail',
      params: PARAMS,
      response: { 200: objectOf({ aliases: { ...listOf(ALIAS_SCHEMA), description: 'Aliases that still name it.' } }) },
    },
  }, async (request, reply) => {
    const answer = await administration.removeAccount(request.params.address);
    if (answer.kind === 'removed') return { aliases: answer.aliases };
    return sendProblem(reply, noAccount(request.params.address));
  });
}

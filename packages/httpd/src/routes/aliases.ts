/**
 * `/rest/v1/aliases`: one address that stands for others.
 */
import type { FastifyInstance } from 'fastify';
import { ALIAS_TARGETS_MAX } from '@posthorn/directory/administration.ts';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { ADDRESS, ALIAS_SCHEMA, listOf, NOTHING, objectOf } from '../schemas.ts';

const PARAMS = objectOf({ address: ADDRESS });

export function aliasRoutes(app: FastifyInstance, { administration }: ApiOptions): void {
  app.get('/rest/v1/aliases', {
    schema: { summary: 'All aliases', response: { 200: objectOf({ aliases: listOf(ALIAS_SCHEMA) }) } },
  }, async () => ({ aliases: await administration.aliases() }));

  app.put<{ Params: { address: string }; Body: { targets: readonly string[] } }>('/rest/v1/aliases/:address', {
    schema: {
      summary: 'Add an alias, or replace its targets; `@domain` catches all that nobody else has',
      params: PARAMS,
      body: objectOf({ targets: { ...listOf(ADDRESS), minItems: 1, maxItems: ALIAS_TARGETS_MAX } }),
      response: {
        200: objectOf({
          address: ADDRESS,
          targets: listOf(ADDRESS),
          isReaching: { type: 'boolean', description: 'Whether anybody is behind it as things are now.' },
        }),
      },
    },
  }, async (request, reply) => {
    const { address } = request.params;
    const answer = await administration.setAlias(address, request.body.targets);
    switch (answer.kind) {
      case 'set': return { ...answer.alias, isReaching: answer.isReaching };
      case 'not-an-address': return sendProblem(reply, { status: 422, detail: `“${address}” is neither an address nor @domain.` });
      case 'not-our-domain': return sendProblem(reply, { status: 422, detail: `The domain of ${address} is not one of ours: add it to the configuration first.` });
      case 'is-account': return sendProblem(reply, { status: 409, detail: `${address} is an account; its own mail would never reach an alias.` });
      case 'bad-target': return sendProblem(reply, { status: 422, detail: `The target “${answer.target}” is not an address.` });
      case 'no-targets': return sendProblem(reply, { status: 422, detail: 'An alias needs a target.' });
      case 'too-many-targets': return sendProblem(reply, { status: 422, detail: `An alias has at most ${ALIAS_TARGETS_MAX} targets.` });
      default: return answer satisfies never;
    }
  });

  app.delete<{ Params: { address: string } }>('/rest/v1/aliases/:address', {
    schema: { summary: 'Remove an alias', params: PARAMS, response: { 204: NOTHING } },
  }, async (request, reply) => {
    const answer = await administration.removeAlias(request.params.address);
    if (answer.kind === 'removed') return reply.code(204).send();
    return sendProblem(reply, { status: 404, detail: `There is no alias ${request.params.address}.` });
  });
}

/**
 * `/rest/v1/config`: taking up the configuration again.
 */
import type { FastifyInstance } from 'fastify';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { objectOf } from '../schemas.ts';

export function configRoutes(app: FastifyInstance, { config }: ApiOptions): void {
  app.post('/rest/v1/config/reload', {
    schema: {
      summary: 'Read configuration and certificates again; a faulty file changes nothing and says why',
      response: { 200: objectOf({ reloaded: { type: 'boolean' } }) },
    },
  }, async (_request, reply) => {
    if (config === undefined) return sendProblem(reply, { status: 501, detail: 'This server has no configuration file.' });
    const answer = await config.reload();
    if (answer.kind === 'reloaded') return { reloaded: true };
    return sendProblem(reply, { status: 422, detail: 'The configuration is faulty; nothing was changed.', more: { problems: answer.problems } });
  });
}

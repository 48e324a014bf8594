/**
 * `/rest/v1/store`: the books as a whole, examined and backed up while they are in use.
 */
import { isAbsolute } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { answerInLines, EVENT_LINES } from '../event-lines.ts';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { objectOf } from '../schemas.ts';

const PATH = { type: 'string', minLength: 1, maxLength: 4096, description: 'Absolute, on this host.' } as const;
const NO_CARE = { status: 501, detail: 'There are no books here to care for.' } as const;

export function careRoutes(app: FastifyInstance, { care, log }: ApiOptions): void {
  app.post('/rest/v1/store/examinations', {
    schema: { summary: 'Read every letter and say what is not as it was written', produces: EVENT_LINES },
  }, (request, reply) => {
    if (care === undefined) return sendProblem(reply, NO_CARE);
    return answerInLines({ request, reply, log }, ({ tell, signal }) => care.examine({ signal, tell: (progress) => { void tell({ event: 'progress', ...progress }); } }));
  });

  app.post<{ Body: { to: string } }>('/rest/v1/store/backups', {
    schema: { summary: 'Back the books up into a folder; only what is new since the last time is copied', body: objectOf({ to: PATH }), produces: EVENT_LINES },
  }, (request, reply) => {
    if (care === undefined) return sendProblem(reply, NO_CARE);
    const { to } = request.body;
    if (!isAbsolute(to)) return sendProblem(reply, { status: 422, detail: `${to} is no absolute path.` });
    return answerInLines({ request, reply, log }, ({ tell, signal }) => care.backUp(to, { signal, tell: (progress) => { void tell({ event: 'progress', ...progress }); } }));
  });
}

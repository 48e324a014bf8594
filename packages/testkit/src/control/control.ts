/**
 * The control API of a post office: all that the kit can do, for programs of any language.
 *
 * Described by OpenAPI at `/rest/v1/openapi.json`.
 */
import { sendProblem } from '@posthorn/httpd/problem.ts';
import type { FastifyInstance } from 'fastify';
import { NotTaken } from '../office/counter.ts';
import type { PostOffice } from '../office/office.ts';
import { UnsubscribeFailed } from '../conversation/unsubscribe.ts';
import { UnexpectedLetter } from '../waiting/inbox.ts';
import type { Register } from '../waiting/register.ts';
import { WaitTimeout } from '../waiting/wait.ts';
import { Catalogue, NotThere } from './catalogue.ts';
import { testEventRoutes } from './events.ts';
import { inboxRoutes } from './inboxes.ts';
import { letterRoutes } from './letters.ts';
import { Unclear } from './said.ts';
import { OFFICE } from './schemas.ts';
import { worldRoutes } from './world.ts';

export function controlRoutes(office: () => PostOffice, register: Register): (app: FastifyInstance) => void {
  return (app) => {
    const catalogue = new Catalogue(office);
    void app.register(async (control) => {
      control.setErrorHandler((error, _request, reply) => {
        const status = statusOf(error);
        if (status === undefined || !(error instanceof Error)) throw error;
        return sendProblem(reply, { status, detail: error.message });
      });
      control.get('/rest/v1/test', { schema: { summary: 'Where this post office is', response: { 200: OFFICE } } }, () => {
        const { smtp, imap, http, authority } = office();
        return { smtp: smtp.url, imap: imap.url, http: http.url, env: office().env(), authority };
      });
      for (const routes of [inboxRoutes, letterRoutes, worldRoutes]) routes(control, catalogue);
      testEventRoutes(control, catalogue, register);
    });
  };
}

/** What is the caller's to mend, or to know. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof WaitTimeout) return 408;
  if (error instanceof UnexpectedLetter) return 409;
  if (error instanceof NotThere) return 404;
  if (error instanceof NotTaken || error instanceof UnsubscribeFailed || error instanceof Unclear || error instanceof TypeError) return 422;
  return undefined;
}

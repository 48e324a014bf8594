/**
 * Our HTTP application: health, metrics, the first page, and `/rest/v1`.
 *
 * One instance serves one listener; the control socket, an http listener and the command
 * line without a server (by `inject`) differ in `access` only.
 */
import Fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyServerFactory } from 'fastify';
import { StoreFault } from '@posthorn/store/store.ts';
import { guard } from './access.ts';
import { addEntityTags } from './entity-tags.ts';
import { letterParts } from './letter-parts.ts';
import { describeRoutes } from './openapi.ts';
import type { ApiOptions } from './options.ts';
import { sendProblem } from './problem.ts';
import { accountRoutes } from './routes/accounts.ts';
import { aliasRoutes } from './routes/aliases.ts';
import { careRoutes } from './routes/care.ts';
import { configRoutes } from './routes/config.ts';
import { domainRoutes } from './routes/domains.ts';
import { eventRoutes } from './routes/events.ts';
import { letterCheckRoutes } from './routes/letter-checks.ts';
import { letterContentRoutes } from './routes/letter-contents.ts';
import { letterRoutes } from './routes/letters.ts';
import { keptRoutes } from './routes/kept.ts';
import { movingRoutes } from './routes/moving.ts';
import { publicRoutes } from './routes/public.ts';
import { quotaRoutes } from './routes/quotas.ts';
import { queueRoutes } from './routes/queue.ts';
import { sendRoutes } from './routes/send.ts';
import { sessionRoutes } from './routes/session.ts';
import { webRoutes } from './routes/web.ts';
import { traceRoutes } from './routes/trace.ts';
import { SignIns } from './sign-ins.ts';

const JSON_OCTETS_MAX = 1_048_576;
const REQUEST_MS_MAX = 300_000;

export function createApi(options: ApiOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: JSON_OCTETS_MAX,
    // Whoever may use the control socket may take its time: a mailbox that comes in takes long.
    requestTimeout: options.access === 'open' ? 0 : REQUEST_MS_MAX,
    forceCloseConnections: true,
    ...carriedBy(options),
    routerOptions: { maxParamLength: 1000 },
    frameworkErrors: (_error, _request, reply) => { sendProblem(reply, { status: 400, detail: 'The request cannot be read.' }); },
    // A member that we do not know is a mistake of the caller, not to be dropped in silence.
    ajv: { customOptions: { removeAdditional: false } },
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof StoreFault) {
      options.log.error({ err: error, route: request.routeOptions.url }, 'books out of reach');
      return sendProblem(reply, { status: 503, detail: 'The books are out of reach now; try again later.' });
    }
    const status = error.validation === undefined ? error.statusCode ?? 500 : 400;
    if (status < 500) return sendProblem(reply, { status, detail: `${error.message.replace(/^(?!https?:)[a-z]/, (letter) => letter.toUpperCase())}.`.replace(/\.+$/, '.') });
    options.log.error({ err: error, route: request.routeOptions.url }, 'request ended in a bug');
    return sendProblem(reply, { status: 500, detail: 'Something went wrong here; the log says what.' });
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, { status: 404, detail: 'There is nothing here.' }));
  app.addHook('onResponse', async (request, reply) => {
    options.log.debug({ method: request.method, route: request.routeOptions.url, status: reply.statusCode }, 'request answered');
  });
  const signIns = new SignIns(options);
  guard(app, { ...options, whoSignedIn: (cookies) => signIns.find(cookies) });
  addEntityTags(app);
  const describe = describeRoutes(app, options.version);
  for (const routes of [publicRoutes, accountRoutes, quotaRoutes, keptRoutes, aliasRoutes, domainRoutes, queueRoutes, traceRoutes, sendRoutes, careRoutes, movingRoutes, configRoutes]) {
    routes(app, options);
  }
  const parts = letterParts(options);
  app.addHook('preClose', async () => { parts.feed.close(); });
  for (const routes of [letterRoutes, eventRoutes]) routes(app, options, parts);
  for (const routes of [letterContentRoutes, letterCheckRoutes, webRoutes]) routes(app, options);
  sessionRoutes(app, options, signIns);
  options.more?.(app);
  if (options.isMailpit === true) {
    // Loaded where it is wanted only.
    app.register(async (scope) => (await import('./mailpit/routes.ts')).mailpitRoutes(scope, options, parts));
  }
  app.get('/rest/v1/openapi.json', { schema: { hide: true } }, () => describe());
  return app;
}

function carriedBy({ carrier }: ApiOptions): { readonly serverFactory?: FastifyServerFactory } {
  if (carrier === undefined) return {};
  return {
    serverFactory: (handler) => {
      carrier.answer(handler);
      return carrier.server;
    },
  };
}

/**
 * `/rest/v1/session`: who I am; signing in and out with a browser.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { ADDRESS, listOf, NOTHING, objectOf } from '../schemas.ts';
import type { SignIns } from '../sign-ins.ts';

const SESSION_SCHEMA = objectOf({
  role: { enum: ['administrator', 'reader', 'anybody'] },
  address: { ...ADDRESS, description: 'Of who signed in.' },
  isDev: { type: 'boolean', description: 'All mail is caught here, and nothing leaves.' },
  hostname: { type: 'string' },
  version: { type: 'string' },
  listeners: { ...listOf(objectOf({ protocol: { type: 'string' }, at: { type: 'string' } })), description: 'Told to administrators.' },
}, ['role', 'isDev', 'hostname', 'version']);

export function sessionRoutes(app: FastifyInstance, { login, home, version }: ApiOptions, signIns: SignIns): void {
  const shown = ({ principal }: Pick<FastifyRequest, 'principal'>): object => {
    const { isDev, hostname, listeners } = home();
    return { role: principal.kind, isDev, hostname, version, ...(principal.kind === 'administrator' ? { listeners } : {}), ...(principal.kind === 'reader' ? { address: principal.account.address } : {}) };
  };

  app.get('/rest/v1/session', {
    config: { isPublic: true },
    schema: { summary: 'Who I am here', response: { 200: SESSION_SCHEMA } },
  }, (request, reply) => reply.send(shown(request)));

  app.post<{ Body: { address: string; password: string } }>('/rest/v1/session', {
    config: { isPublic: true },
    schema: {
      summary: 'Sign in; the answer sets a cookie',
      body: objectOf({ address: ADDRESS, password: { type: 'string', minLength: 1, maxLength: 1024 } }),
      response: { 200: SESSION_SCHEMA },
    },
  }, async (request, reply) => {
    const { address, password } = request.body;
    const answer = await login({ user: address, password, remoteAddress: request.ip });
    switch (answer.kind) {
      case 'welcome':
        reply.header('set-cookie', signIns.open(answer.account, { isSecure: request.headers['x-forwarded-proto'] === 'https' }));
        return shown({ principal: { kind: 'reader', account: answer.account } });
      case 'refused': return sendProblem(reply, { status: 403, detail: 'That is no address here, or not its password.' });
      case 'throttled': return sendProblem(reply, { status: 429, detail: 'Too many failures; try again later.' });
      default: return answer satisfies never;
    }
  });

  app.delete('/rest/v1/session', {
    config: { isPublic: true },
    schema: { summary: 'Sign out', response: { 204: NOTHING } },
  }, async (request, reply) => reply.header('set-cookie', signIns.close(request.headers.cookie)).code(204).send());
}

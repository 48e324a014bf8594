/**
 * `/rest/v1/test/inboxes`: inboxes, and waiting in them.
 */
import { ADDRESS, NOTHING, objectOf } from '@posthorn/httpd/schemas.ts';
import type { FastifyInstance } from 'fastify';
import type { Catalogue } from './catalogue.ts';
import { criteria, duration, type SaidCriteria } from './said.ts';
import { CRITERIA, DURATION, INBOX, LETTERS, SENT } from './schemas.ts';
import { shownLetter } from './shown.ts';
import type { Writing } from '../conversation/reply.ts';

type Id = { readonly id: string };
const COUNT_MAX = 10_000;

interface SaidWait {
  readonly criteria?: SaidCriteria;
  readonly timeout?: string | number;
  readonly count?: number;
  readonly next?: boolean;
}

export function inboxRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  const shown = (letters: Parameters<typeof shownLetter>[0][]): object => ({ letters: letters.map((letter) => shownLetter(letter, catalogue)) });

  app.post<{ Body: { readonly address?: string; readonly wholeDomain?: boolean; readonly fromStart?: boolean } }>('/rest/v1/test/inboxes', {
    schema: {
      summary: 'An inbox from now on: of an address that nobody else has, or of the one given (*@shop.test: a whole domain)',
      body: objectOf({ address: ADDRESS, wholeDomain: { type: 'boolean' }, fromStart: { type: 'boolean' } }, []),
      response: { 201: INBOX },
    },
  }, async (request, reply) => {
    const { id, inbox } = catalogue.open(request.body);
    return reply.code(201).send({ id, address: inbox.address });
  });

  app.get<{ Params: Id }>('/rest/v1/test/inboxes/:id/letters', {
    schema: { summary: 'Its letters until now, oldest first', params: objectOf({ id: { type: 'string' } }), response: { 200: LETTERS } },
  }, async (request) => shown([...await catalogue.inbox(request.params.id).letters()]));

  app.post<{ Params: Id; Body: SaidWait }>('/rest/v1/test/inboxes/:id/wait', {
    schema: {
      summary: 'Waits for letters; 408 tells what came instead, and why each was no match. With next: one that was not given so before',
      params: objectOf({ id: { type: 'string' } }),
      body: objectOf({ criteria: CRITERIA, timeout: DURATION, count: { type: 'integer', minimum: 1, maximum: COUNT_MAX }, next: { type: 'boolean' } }, []),
      response: { 200: LETTERS },
    },
  }, async (request) => {
    const inbox = catalogue.inbox(request.params.id);
    const { timeout = '5s', count = 1, next = false } = request.body;
    const gone = new AbortController();
    request.raw.socket.once('close', () => gone.abort(new Error('the client has gone')));
    const options = { timeout: duration(timeout), signal: gone.signal };
    const wanted = criteria(request.body.criteria);
    return shown(next ? [await inbox.next(wanted, options)] : [...await inbox.waitFor(wanted, { ...options, count })]);
  });

  app.post<{ Params: Id; Body: { readonly quiet?: string | number; readonly matching?: SaidCriteria } }>('/rest/v1/test/inboxes/:id/expect-none', {
    schema: {
      summary: 'Nothing has come, nor comes while it is quiet for so long; 409 tells what did',
      params: objectOf({ id: { type: 'string' } }), body: objectOf({ quiet: DURATION, matching: CRITERIA }, []), response: { 204: NOTHING },
    },
  }, async (request, reply) => {
    const matching = criteria(request.body.matching);
    await catalogue.inbox(request.params.id).expectNone({ quiet: duration(request.body.quiet ?? '1s'), ...(matching === undefined ? {} : { matching }) });
    return reply.code(204).send();
  });

  app.post<{ Params: Id; Body: Writing & { readonly to: string } }>('/rest/v1/test/inboxes/:id/write', {
    schema: {
      summary: 'Writes a letter from this inbox', params: objectOf({ id: { type: 'string' } }),
      body: objectOf({ to: ADDRESS, text: { type: 'string' }, html: { type: 'string' }, subject: { type: 'string' } }, ['to']), response: { 202: SENT },
    },
  }, async (request, reply) => {
    const { to, ...writing } = request.body;
    return reply.code(202).send(await catalogue.inbox(request.params.id).write(to, writing));
  });
}

/**
 * `/rest/v1/test/letters`: what is in them, what became of them, and answers to them.
 */
import { listOf, objectOf } from '@posthorn/httpd/schemas.ts';
import type { FastifyInstance } from 'fastify';
import type { BounceOptions } from '../conversation/bounce.ts';
import type { ComplaintOptions } from '../conversation/complaint.ts';
import type { Writing } from '../conversation/reply.ts';
import type { Attendance } from '../conversation/rsvp.ts';
import { findings } from '../deliverable/check.ts';
import type { DeliverabilityOptions } from '../deliverable/finding.ts';
import { mailSnapshot } from '../matchers/snapshot.ts';
import { type Catalogue, NotThere } from './catalogue.ts';
import { pattern } from './said.ts';
import { CODE, FINDINGS, LETTER, LETTERS, LINES, LINK, PATTERN, SENT, STEPS, WRITING } from './schemas.ts';
import { shownLetter } from './shown.ts';

type Key = { readonly key: string };
const KEY = objectOf({ key: { type: 'string' } });
const AT = '/rest/v1/test/letters/:key';

export function letterRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  app.get('/rest/v1/test/letters', { schema: { summary: 'Every letter until now, whoever it is for', response: { 200: LETTERS } } },
    async () => ({ letters: (await catalogue.office.letters()).map((letter) => shownLetter(letter, catalogue)) }));

  app.get<{ Params: Key }>(AT, { schema: { summary: 'A letter', params: KEY, response: { 200: LETTER } } },
    (request) => shownLetter(catalogue.letter(request.params.key), catalogue));

  app.get<{ Params: Key }>(`${AT}/raw`, { schema: { summary: 'Its octets, as they were sent', params: KEY } },
    (request, reply) => reply.type('message/rfc822').send(catalogue.letter(request.params.key).raw));

  app.get<{ Params: Key & { readonly number: number } }>(`${AT}/attachments/:number`, {
    schema: { summary: 'An attachment, decoded; the first is 0', params: objectOf({ key: { type: 'string' }, number: { type: 'integer', minimum: 0 } }) },
  }, (request, reply) => {
    const attachment = catalogue.letter(request.params.key).attachments[request.params.number];
    if (attachment === undefined) throw new NotThere(`the letter has no attachment ${request.params.number}`);
    // Never shown by a browser: whoever wrote it would be at home on this page.
    return reply.type('application/octet-stream').header('content-disposition', 'attachment').send(attachment.content);
  });

  app.get<{ Params: Key; Querystring: { readonly matches?: string } }>(`${AT}/code`, {
    schema: { summary: 'The likeliest one-time code', params: KEY, querystring: objectOf({ matches: PATTERN }, []), response: { 200: CODE } },
  }, (request) => {
    const letter = catalogue.letter(request.params.key);
    const wanted = request.query.matches === undefined ? undefined : pattern(request.query.matches);
    return { code: found(() => letter.code(typeof wanted === 'string' ? new RegExp(wanted.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)) : wanted)), codes: letter.codes };
  });

  app.get<{ Params: Key; Querystring: { readonly matches?: string } }>(`${AT}/link`, {
    schema: { summary: 'The first link whose address or words match', params: KEY, querystring: objectOf({ matches: PATTERN }, []), response: { 200: LINK } },
  }, (request) => ({ url: found(() => catalogue.letter(request.params.key).link(pattern(request.query.matches ?? ''))) }));

  app.get<{ Params: Key }>(`${AT}/transcript`, { schema: { summary: 'The SMTP dialogue in which it came', params: KEY, response: { 200: LINES } } },
    (request) => ({ lines: catalogue.office.transcript(catalogue.letter(request.params.key)) }));

  app.get<{ Params: Key }>(`${AT}/journey`, { schema: { summary: 'What became of it at every host', params: KEY, response: { 200: STEPS } } },
    async (request) => ({ steps: (await catalogue.office.journey(catalogue.letter(request.params.key))).map((step) => ({ ...step, at: step.at.toISOString() })) }));

  app.get<{ Params: Key }>(`${AT}/snapshot`, { schema: { summary: 'It as text that is the same at every run', params: KEY, produces: 'text/plain' } },
    (request, reply) => reply.type('text/plain; charset=utf-8').send(mailSnapshot(catalogue.letter(request.params.key))));

  app.post<{ Params: Key; Body: DeliverabilityOptions }>(`${AT}/deliverability`, {
    schema: {
      summary: 'What would keep it from arriving; empty if nothing would', params: KEY,
      body: objectOf({ bulk: { type: 'boolean' }, sizeMax: { type: 'integer' }, sendingAddress: { type: 'string' }, allow: listOf({ type: 'string' }) }, []), response: { 200: FINDINGS },
    },
  }, async (request) => ({ findings: await findings(catalogue.letter(request.params.key), request.body) }));

  answerRoutes(app, catalogue);
}

/** In the name of its recipient. */
function answerRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  app.post<{ Params: Key; Body: Writing }>(`${AT}/reply`, { schema: { summary: 'Its reader answers it', params: KEY, body: WRITING, response: { 202: SENT } } },
    async ({ params, body }, reply) => reply.code(202).send(await answering(params.key).reply(body)));

  app.post<{ Params: Key; Body: Writing }>(`${AT}/out-of-office`, { schema: { summary: 'A vacation program answers it', params: KEY, body: WRITING, response: { 202: SENT } } },
    async ({ params, body }, reply) => reply.code(202).send(await answering(params.key).outOfOffice(body)));

  app.post<{ Params: Key; Body: BounceOptions & { readonly status?: string } }>(`${AT}/bounce`, {
    schema: { summary: 'Its host returns it (RFC 3464)', params: KEY, body: objectOf({ status: { type: 'string' }, diagnostic: { type: 'string' } }, []), response: { 202: SENT } },
  }, async ({ params, body: { status, ...options } }, reply) => reply.code(202).send(await answering(params.key).bounce(status, options)));

  app.post<{ Params: Key; Body: ComplaintOptions }>(`${AT}/complain`, {
    schema: {
      summary: 'Its reader calls it spam (RFC 5965)', params: KEY,
      body: objectOf({ to: { type: 'string' }, type: { enum: ['abuse', 'fraud', 'virus', 'not-spam', 'other'] } }, []), response: { 202: SENT },
    },
  }, async ({ params, body }, reply) => reply.code(202).send(await answering(params.key).complain(body)));

  app.post<{ Params: Key; Body: { readonly attendance: Attendance } }>(`${AT}/rsvp`, {
    schema: { summary: 'Its reader answers the invitation', params: KEY, body: objectOf({ attendance: { enum: ['ACCEPTED', 'DECLINED', 'TENTATIVE'] } }), response: { 202: SENT } },
  }, async ({ params, body }, reply) => reply.code(202).send(await answering(params.key).rsvp(body.attendance)));

  app.post<{ Params: Key }>(`${AT}/unsubscribe`, {
    schema: { summary: 'Its reader leaves the list by one click (RFC 8058)', params: KEY, response: { 200: objectOf({ status: { type: 'integer' }, url: { type: 'string' } }) } },
  }, ({ params }) => answering(params.key).unsubscribe());

  function answering(key: string) {
    const letter = catalogue.letter(key);
    const inbox = catalogue.recipientOf(letter);
    return {
      reply: (writing: Writing) => inbox.reply(letter, writing),
      outOfOffice: (writing: Writing) => inbox.outOfOffice(letter, writing),
      bounce: (status: string | undefined, options: BounceOptions) => inbox.bounce(letter, status, options),
      complain: (options: ComplaintOptions) => inbox.complain(letter, options),
      rsvp: (attendance: Attendance) => inbox.rsvp(letter, attendance),
      unsubscribe: () => inbox.unsubscribe(letter),
    };
  }
}

function found(find: () => string): string {
  try {
    return find();
  } catch (error) {
    throw new NotThere(error instanceof Error ? error.message : String(error));
  }
}

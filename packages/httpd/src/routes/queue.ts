/**
 * `/rest/v1/queue`: what is under way.
 */
import type { FastifyInstance } from 'fastify';
import { letterId } from '@posthorn/store/ids.ts';
import type { SpooledLetter, SpooledRecipient } from '@posthorn/store/spool.ts';
import type { ApiOptions } from '../options.ts';
import type { QueueAct } from '../ports.ts';
import { sendProblem } from '../problem.ts';
import { ADDRESS, listOf, objectOf, TIME } from '../schemas.ts';

const LETTERS_MAX = 1000;
const TEXT = { type: 'string' } as const;
const COUNT = { type: 'integer' } as const;
const ID = { type: 'string', minLength: 1, maxLength: 64 } as const;

const RECIPIENT_SCHEMA = objectOf({
  address: ADDRESS,
  route: TEXT,
  state: { enum: ['waiting', 'leased', 'held', 'delivered', 'failed'] },
  attempts: COUNT,
  nextAt: { ...TIME, description: 'Of the next attempt; absent when there will be none by itself.' },
  remark: { ...objectOf({ code: COUNT, status: TEXT, text: TEXT, host: TEXT }), description: 'The last thing said about it.' },
}, ['address', 'route', 'state', 'attempts']);

const LETTER_SCHEMA = objectOf({
  id: ID,
  sender: { ...TEXT, description: 'Empty for a notice.' },
  subject: { type: ['string', 'null'] },
  octets: COUNT,
  acceptedAt: TIME,
  expiresAt: TIME,
  recipients: listOf(RECIPIENT_SCHEMA),
});

function time(at: number): string {
  return new Date(at).toISOString();
}

function shown(letter: SpooledLetter): object {
  return {
    id: letter.letter,
    sender: letter.reversePath ?? '',
    subject: letter.summary.envelope.subject,
    octets: letter.contentOctets,
    acceptedAt: time(letter.acceptedAt),
    expiresAt: time(letter.expiresAt),
    recipients: letter.recipients.map(shownRecipient),
  };
}

function shownRecipient({ address, route, state, attempts, nextAt, remark }: SpooledRecipient): object {
  return {
    address, route, state, attempts,
    ...(state === 'waiting' ? { nextAt: time(nextAt) } : {}),
    ...(remark === undefined ? {} : { remark }),
  };
}

export function queueRoutes(app: FastifyInstance, { queue }: ApiOptions): void {
  app.get<{ Querystring: { after?: string; limit: number } }>('/rest/v1/queue', {
    schema: {
      summary: 'Letters under way, oldest first; `next`, when there may be more, goes into `after`',
      querystring: objectOf({ after: ID, limit: { type: 'integer', minimum: 1, maximum: LETTERS_MAX, default: 100 } }, []),
      response: { 200: objectOf({ letters: listOf(LETTER_SCHEMA), next: ID }, ['letters']) },
    },
  }, async (request, reply) => {
    const { after, limit } = request.query;
    const letters = await queue.list({ limit, ...(after === undefined ? {} : { after: letterId(after) }) });
    const last = letters.length === limit ? letters.at(-1) : undefined;
    return reply.send({ letters: letters.map(shown), ...(last === undefined ? {} : { next: last.letter }) });
  });

  app.get<{ Params: { id: string } }>('/rest/v1/queue/:id', {
    schema: { summary: 'One letter under way', params: objectOf({ id: ID }), response: { 200: LETTER_SCHEMA } },
  }, async (request, reply) => {
    const letter = await queue.get(letterId(request.params.id));
    return letter === undefined
      ? sendProblem(reply, { status: 404, detail: `No letter ${request.params.id} is under way; its trace may know of it.` })
      : shown(letter);
  });

  app.post<{ Body: { what: QueueAct; letters?: readonly string[]; all?: boolean } }>('/rest/v1/queue/commands', {
    schema: {
      summary: 'Try again now, hold, release or cancel',
      body: objectOf({
        what: { enum: ['retry', 'hold', 'release', 'cancel'] },
        letters: { ...listOf(ID), minItems: 1, maxItems: LETTERS_MAX },
        all: { type: 'boolean', description: 'Instead of letters.' },
      }, ['what']),
      response: { 200: objectOf({ letters: { ...listOf(ID), description: 'Those it applied to.' } }) },
    },
  }, async (request, reply) => {
    const { what, letters, all } = request.body;
    if ((letters === undefined) === (all !== true)) {
      return sendProblem(reply, { status: 422, detail: 'Say which: either letters, or all.' });
    }
    return { letters: await queue.command({ what, ...(letters === undefined ? {} : { letters: letters.map((id) => letterId(id)) }) }) };
  });
}

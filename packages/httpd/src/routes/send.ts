/**
 * `/rest/v1/send`: a whole letter, taken in as submission does. For `sendmail` and programs.
 */
import type { FastifyInstance } from 'fastify';
import { parseAddress } from '@posthorn/mail/address.ts';
import type { Address } from '@posthorn/mail/address.ts';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { ADDRESS, listOf, objectOf } from '../schemas.ts';

const RECIPIENTS_MAX = 1000;

/** The letter went over the bound while it came in. */
class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

export function sendRoutes(app: FastifyInstance, { submit, messageOctetsMax }: ApiOptions): void {
  // Handed on as it comes; nothing holds a large letter in memory.
  app.addContentTypeParser('message/rfc822', (_request, payload, done) => { done(null, payload); });

  app.post<{ Querystring: { from: string; to: readonly string[] } }>('/rest/v1/send', {
    schema: {
      summary: 'Send a letter: the body is the whole of it; an empty `from` means the null sender',
      consumes: 'message/rfc822',
      querystring: objectOf({
        from: { type: 'string', maxLength: 320 },
        to: { ...listOf(ADDRESS), minItems: 1, maxItems: RECIPIENTS_MAX },
      }),
      response: { 202: objectOf({ id: { type: 'string' } }) },
    },
  }, async (request, reply) => {
    if (submit === undefined) return sendProblem(reply, { status: 503, detail: 'No server is running that could send it.' });
    if (request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== 'message/rfc822') {
      return sendProblem(reply, { status: 415, detail: 'Send the letter as message/rfc822.' });
    }
    const { from, to } = request.query;
    const sender = from === '' ? null : parseAddress(from);
    if (sender === undefined) return sendProblem(reply, { status: 422, detail: `The sender “${from}” is not an address.` });
    const recipients: Address[] = [];
    for (const text of to) {
      const recipient = parseAddress(text);
      if (recipient === undefined) return sendProblem(reply, { status: 422, detail: `The recipient “${text}” is not an address.` });
      recipients.push(recipient);
    }
    try {
      const answer = await submit.submit({ sender, recipients, content: bounded(request.body, messageOctetsMax) });
      if (answer.kind === 'accepted') return await reply.code(202).send({ id: answer.letter });
      const { code, status, text } = answer;
      return sendProblem(reply, { status: code < 500 ? 503 : 422, detail: text, more: { code, enhancedStatus: status } });
    } catch (error) {
      // Whoever is gone hears nothing, and it is no fault of ours.
      if (request.raw.destroyed && !request.raw.complete) return sendProblem(reply, { status: 400, detail: 'The letter did not come in whole.' });
      if (!(error instanceof TooLarge)) throw error;
      return sendProblem(reply, { status: 413, detail: `A letter has at most ${messageOctetsMax} octets here.` });
    }
  });
}

async function* bounded(body: unknown, octetsMax: number): AsyncGenerator<Buffer> {
  if (!isStream(body)) return;
  let octets = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a body that is not octets');
    octets += chunk.length;
    if (octets > octetsMax) throw new TooLarge('letter too large');
    yield chunk;
  }
}

function isStream(body: unknown): body is AsyncIterable<unknown> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

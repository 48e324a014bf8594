/**
 * `/rest/v1/accounts/ADDRESS/archive`: all of an account's mail, in or out, as one tape archive.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { answerInLines, EVENT_LINES } from '../event-lines.ts';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { ADDRESS, listOf, objectOf } from '../schemas.ts';

const TAR = 'application/x-tar';
const PARAMS = objectOf({ address: ADDRESS });
const MAILBOXES_MAX = 1000;

export function movingRoutes(app: FastifyInstance, { moving, log }: ApiOptions): void {
  // Read as it comes: a mailbox may be larger than memory.
  app.addContentTypeParser(TAR, (_request, payload, done) => { done(null, payload); });

  app.post<{ Params: { address: string }; Querystring: { dry: boolean } }>('/rest/v1/accounts/:address/archive', {
    schema: {
      summary: 'Keep the letters of an archive that are not there yet; `kept`, `present` or `refused` is told of each, by its number in the archive',
      params: PARAMS,
      querystring: objectOf({ dry: { type: 'boolean', default: false, description: 'Keep nothing; tell what would be.' } }, []),
      consumes: TAR,
      produces: EVENT_LINES,
    },
  }, async (request, reply) => {
    const { address } = request.params;
    const { body } = request;
    if (!isStream(body)) return sendProblem(reply, { status: 415, detail: `Send the archive as ${TAR}.` });
    const keep = await moving?.keeper(address);
    if (keep === undefined) return sendProblem(reply, { status: 404, detail: `There is no account ${address}.` });
    return answerInLines({ request, reply, log }, async ({ tell }) => {
      const keeping = keep(buffers(body), request.query.dry);
      for (;;) {
        const next = await keeping.next();
        if (next.done === true) return next.value;
        await tell(next.value);
      }
    });
  });

  app.get<{ Params: { address: string }; Querystring: { mailbox?: readonly string[] } }>('/rest/v1/accounts/:address/archive', {
    schema: {
      summary: 'All letters of an account, or of some of its mailboxes, with flags and dates',
      params: PARAMS,
      querystring: objectOf({ mailbox: { ...listOf({ type: 'string', minLength: 1 }), maxItems: MAILBOXES_MAX } }, []),
      produces: TAR,
    },
  }, async (request, reply) => {
    const { address } = request.params;
    const give = await moving?.giver(address);
    if (give === undefined) return sendProblem(reply, { status: 404, detail: `There is no account ${address}.` });
    const { mailbox } = request.query;
    return reply.type(TAR).send(Readable.from(give(mailbox), { objectMode: false }));
  });
}

function isStream(body: unknown): body is AsyncIterable<unknown> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

async function* buffers(body: AsyncIterable<unknown>): AsyncGenerator<Buffer, void> {
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a body that is not octets');
    yield chunk;
  }
}

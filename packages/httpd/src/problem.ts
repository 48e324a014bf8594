/**
 * What went wrong, told in one shape: application/problem+json. RFC 9457.
 */
import type { FastifyReply } from 'fastify';

export interface Problem {
  readonly status: number;
  /** One sentence for people. */
  readonly detail: string;
  /** More members, for machines. */
  readonly more?: Readonly<Record<string, unknown>>;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Who are you?',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Not that way',
  408: 'Nothing came',
  409: 'In the way',
  413: 'Too large',
  415: 'Unknown content type',
  421: 'Not meant for us',
  422: 'Cannot be done',
  429: 'Too often',
  500: 'Our mistake',
  501: 'Not here',
  502: 'Not from there',
  503: 'Not now',
};

export function sendProblem(reply: FastifyReply, { status, detail, more }: Problem): FastifyReply {
  // A `type` of about:blank is implied (RFC 9457 §4.2.1).
  return reply.code(status).type('application/problem+json').serializer((body: unknown) => JSON.stringify(body))
    .send({ title: TITLES[status] ?? 'Error', status, detail, ...more });
}

export const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457',
  properties: { title: { type: 'string' }, status: { type: 'integer' }, detail: { type: 'string' } },
  required: ['title', 'status', 'detail'],
} as const;

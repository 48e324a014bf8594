/**
 * Entity tags: who has the answer already is told so. RFC 9110 §8.8.3, §13.1.2.
 */
import { hash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/** For what is read of `/rest/v1` and answered as one text. */
export function addEntityTags(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'GET' || reply.statusCode !== 200 || typeof payload !== 'string' || !request.url.startsWith('/rest/v1/')) return payload;
    const tag = `"${hash('sha1', payload, 'base64url')}"`;
    reply.header('etag', tag);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache');
    if (!matches(request.headers['if-none-match'], tag)) return payload;
    reply.code(304).removeHeader('content-length').removeHeader('content-type');
    return null;
  });
}

/** RFC 9110 §13.1.2: compared weakly. */
function matches(field: string | undefined, tag: string): boolean {
  return field !== undefined && (field.trim() === '*' || field.split(',').some((one) => one.trim().replace(/^W\//, '') === tag));
}

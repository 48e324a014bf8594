/**
 * `/rest/v1/letters/ID/checks` and `/links`, and pictures of letters from elsewhere: `/rest/v1/images`.
 *
 * The latter two ask other hosts, through the one way out, and only because somebody asked for it.
 */
import type { FastifyInstance } from 'fastify';
import { linksIn } from '@posthorn/mail/html-tags.ts';
import { LETTER_ID } from '../letter-schemas.ts';
import { checkLetter, readLetter } from '../letters/checks/check-letter.ts';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { listOf, objectOf } from '../schemas.ts';
import { findLetter } from './letters.ts';
import { sheltered } from './web.ts';

const CONFIG = { isForReaders: true } as const;
const PARAMS = objectOf({ id: LETTER_ID });
const TEXT = { type: 'string' } as const;
const LINKS_MAX = 100;
const LINKS_AT_ONCE = 6;
const LINK_MS_MAX = 8000;
const LINK_OCTETS_MAX = 65_536;
const IMAGE_MS_MAX = 10_000;
const IMAGE_OCTETS_MAX = 10_485_760;
/** Never SVG: it is a document. */
const IMAGE_TYPES = /^image\/(?:png|jpeg|gif|webp|avif|bmp)(?=;|$)/i;

export interface CheckedLink {
  readonly url: string;
  /** Of HTTP; 0 where nobody answered. */
  readonly status: number;
  readonly text: string;
}

export function letterCheckRoutes(app: FastifyInstance, { store, egress }: ApiOptions): void {
  app.get<{ Params: { id: string } }>('/rest/v1/letters/:id/checks', {
    config: CONFIG,
    schema: {
      summary: 'What would hold it up, or make it look wrong, out in the world; asks nobody', params: PARAMS,
      response: { 200: objectOf({ groups: listOf(objectOf({ name: TEXT, items: listOf(objectOf({ level: { enum: ['good', 'hint', 'warning', 'error'] }, text: TEXT, detail: TEXT }, ['level', 'text'])) })) }) },
    },
  }, async (request, reply) => {
    const row = await findLetter({ store }, request, reply);
    return row === undefined ? reply : { groups: await checkLetter(store, row) };
  });

  app.post<{ Params: { id: string } }>('/rest/v1/letters/:id/links', {
    config: CONFIG,
    schema: {
      summary: `Ask the hosts of its links whether they lead somewhere; at most ${LINKS_MAX}`, params: PARAMS,
      response: { 200: objectOf({ links: listOf(objectOf({ url: TEXT, status: { type: 'integer' }, text: TEXT })) }) },
    },
  }, async (request, reply) => {
    const row = await findLetter({ store }, request, reply);
    if (row === undefined) return reply;
    const { html, text, isTextMade } = await readLetter(store, row);
    return { links: await checkLinks(egress, linksIn({ html, text: isTextMade ? '' : text })) };
  });

  app.get<{ Querystring: { url: string } }>('/rest/v1/images', {
    config: CONFIG,
    schema: { summary: 'A picture of a letter, fetched without saying for whom', querystring: objectOf({ url: { type: 'string', maxLength: 4096 } }), produces: 'image/*' },
  }, async (request, reply) => {
    const answer = await egress.fetch({ url: request.query.url, method: 'GET', octetsMax: IMAGE_OCTETS_MAX, msMax: IMAGE_MS_MAX });
    if (answer.kind === 'refused') return sendProblem(reply, { status: 403, detail: `It is not fetched: ${answer.why}` });
    if (answer.kind === 'failed') return sendProblem(reply, { status: 502, detail: `It cannot be fetched: ${answer.why}` });
    const type = IMAGE_TYPES.exec(answer.type)?.[0];
    if (answer.status !== 200 || type === undefined) return sendProblem(reply, { status: 502, detail: 'There is no picture.' });
    return sheltered(reply, "sandbox; default-src 'none'").header('cache-control', 'private, max-age=86400').type(type).send(answer.body);
  });
}

export async function checkLinks(egress: ApiOptions['egress'], urls: readonly string[]): Promise<readonly CheckedLink[]> {
  const waiting = urls.slice(0, LINKS_MAX).entries();
  const checked: CheckedLink[] = [];
  const work = async (): Promise<void> => {
    for (const [index, url] of waiting) checked[index] = await checkLink(egress, url);
  };
  await Promise.all(Array.from({ length: LINKS_AT_ONCE }, work));
  return checked;
}

/** Some hosts do not know HEAD. */
async function checkLink(egress: ApiOptions['egress'], url: string): Promise<CheckedLink> {
  const bounds = { url, octetsMax: LINK_OCTETS_MAX, msMax: LINK_MS_MAX } as const;
  let answer = await egress.fetch({ ...bounds, method: 'HEAD' });
  if (answer.kind === 'answered' && (answer.status === 405 || answer.status === 501)) answer = await egress.fetch({ ...bounds, method: 'GET' });
  if (answer.kind !== 'answered') return { url, status: 0, text: answer.why };
  return { url, status: answer.status, text: answer.url === url ? '' : `leads to ${answer.url}` };
}

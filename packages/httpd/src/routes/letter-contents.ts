/**
 * `/rest/v1/letters/ID/…`: what is in a letter, raw, by part, as headers, as text and HTML.
 *
 * Octets of strangers are never given in a way that a browser would run: as attachments, of a
 * type that it does not sniff, and in a sandbox of their own.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { filenameOf, letterBodies, numberedParts } from '@posthorn/mail/parts.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import type { Rendering } from '@posthorn/web/shapes.ts';
import { HEADERS_SCHEMA, LETTER_ID, RENDERING_SCHEMA } from '../letter-schemas.ts';
import { decodedPart, letterHeader, letterText, partText } from '../letters/read-part.ts';
import type { LetterStore } from '../letters/read-part.ts';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { objectOf } from '../schemas.ts';
import { findLetter } from './letters.ts';

const CONFIG = { isForReaders: true } as const;
const PARAMS = objectOf({ id: LETTER_ID });
/** Of HTML and of text, each; beyond that there are `raw` and `parts`. */
const TEXT_OCTETS_MAX = 4_194_304;
/** A decoded part is never larger than it was encoded; this bounds what one request sends. */
const PART_OCTETS_MAX = 1_073_741_824;
/** What browsers show without running anything in it. */
const SHOWN_TYPES = /^(image\/(png|jpeg|gif|webp|avif|bmp)|text\/plain|audio\/[a-z0-9.+-]+|video\/[a-z0-9.+-]+)$/;

interface Params {
  readonly id: string;
}

export function letterContentRoutes(app: FastifyInstance, { store }: ApiOptions): void {
  app.get<{ Params: Params; Querystring: { download: boolean } }>('/rest/v1/letters/:id/raw', {
    config: CONFIG,
    schema: { summary: 'The whole letter, byte for byte as IMAP gives it', params: PARAMS, querystring: objectOf({ download: { type: 'boolean', default: false } }, []), produces: 'message/rfc822' },
  }, async (request, reply) => {
    const row = await findLetter({ store }, request, reply);
    if (row === undefined) return reply;
    guarded(reply).header('content-length', row.octets).type(request.query.download ? 'message/rfc822' : 'text/plain; charset=utf-8');
    if (request.query.download) reply.header('content-disposition', attachment(`${row.letter}.eml`));
    return reply.send(Readable.from(store.messages.read(row)));
  });

  app.get<{ Params: Params }>('/rest/v1/letters/:id/headers', {
    config: CONFIG,
    schema: { summary: 'Its header fields in their order, read but not changed', params: PARAMS, response: { 200: HEADERS_SCHEMA } },
  }, async (request, reply) => {
    const row = await findLetter({ store }, request, reply);
    return row === undefined ? reply : { headers: await letterHeader(store, row) };
  });

  app.get<{ Params: Params }>('/rest/v1/letters/:id/render', {
    config: CONFIG,
    schema: { summary: 'Its text and its HTML, decoded', params: PARAMS, response: { 200: RENDERING_SCHEMA } },
  }, async (request, reply) => {
    const row = await findLetter({ store }, request, reply);
    return row === undefined ? reply : renderLetter(store, row);
  });

  app.get<{ Params: Params & { part: string }; Querystring: { download: boolean } }>('/rest/v1/letters/:id/parts/:part', {
    config: CONFIG,
    schema: {
      summary: 'One part, decoded',
      params: objectOf({ id: LETTER_ID, part: { type: 'string', maxLength: 200, examples: ['1.2'] } }),
      querystring: objectOf({ download: { type: 'boolean', default: false } }, []),
      produces: 'application/octet-stream',
    },
  }, async (request, reply) => {
    const row = await findLetter({ store }, request, reply);
    return row === undefined ? reply : sendPart(reply, { store, row, number: request.params.part, isDownload: request.query.download });
  });
}

export async function renderLetter(store: LetterStore, row: LetterRow): Promise<Rendering> {
  const { html, attached } = letterBodies(row.summary.structure);
  const source = html === undefined ? undefined : await partText(store, row, { part: html.part, octetsMax: TEXT_OCTETS_MAX });
  const { text, isCut, isMade } = await letterText(store, row, TEXT_OCTETS_MAX);
  return {
    ...(source === undefined ? {} : { html: source.text }),
    text,
    isTextMade: isMade,
    isCut: isCut || (source?.isCut ?? false),
    inline: attached.flatMap(({ part, number }) => (part.id === undefined ? [] : [{
      contentId: part.id.replaceAll(/^<|>$/g, ''), number, type: `${part.type}/${part.subtype}`, octets: part.body.end - part.body.start,
    }])),
  };
}

export function sendPart(reply: FastifyReply, { store, row, number, isDownload }: { readonly store: LetterStore; readonly row: LetterRow; readonly number: string; readonly isDownload: boolean }): FastifyReply {
  const found = numberedParts(row.summary.structure).find((each) => each.number === number);
  if (found === undefined) return sendProblem(reply, { status: 404, detail: `Letter ${row.letter} has no part ${number}.` });
  const { part } = found;
  const type = `${part.type}/${part.subtype}`;
  const isShown = !isDownload && SHOWN_TYPES.test(type);
  guarded(reply).type(isShown ? (type === 'text/plain' ? 'text/plain; charset=utf-8' : type) : 'application/octet-stream');
  if (!isShown) reply.header('content-disposition', attachment(filenameOf(part) ?? `part-${number}`));
  return reply.send(Readable.from(decodedPart(store, row, { part, octetsMax: PART_OCTETS_MAX })));
}

/** Whatever a browser makes of it: it runs nothing and loads nothing. */
function guarded(reply: FastifyReply): FastifyReply {
  return reply.header('content-security-policy', "sandbox; default-src 'none'").header('x-content-type-options', 'nosniff').header('cache-control', 'private, max-age=3600');
}

/** RFC 6266 §4.1. No path, no control character, nothing that ends the quotes. */
export function attachment(filename: string): string {
  const name = filename.replaceAll(/[\u0000-\u001f\u007f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]/g, '_').replace(/^\.+/, '_').slice(0, 200).toWellFormed();
  const ascii = name.replaceAll(/[^\x20-\x7e]/g, '_').replaceAll('%', '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name).replaceAll(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}

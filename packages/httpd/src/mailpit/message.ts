/**
 * Mailpit's `/api/v1/message/ID/…` and `/view/ID.{html,txt}`: one letter.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { htmlTags, linksIn } from '@posthorn/mail/html-tags.ts';
import { numberedParts } from '@posthorn/mail/parts.ts';
import { parseLetterQuery } from '@posthorn/mail/letter-query.ts';
import { letterId } from '@posthorn/store/ids.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import { changeFlags } from '../letters/acts.ts';
import { findLetters } from '../letters/finder.ts';
import type { ApiOptions } from '../options.ts';
import { renderLetter, sendPart } from '../routes/letter-contents.ts';
import { checkLinks } from '../routes/letter-checks.ts';
import { sendLetterHtml } from '../routes/web.ts';
import { mailpitHtmlCheck } from './html-check.ts';
import { mailpitHeaders, mailpitMessage } from './shapes.ts';

const hide = true;

interface Params {
  readonly id: string;
}

export function mailpitLetterRoutes(app: FastifyInstance, { store, clock, egress }: ApiOptions): void {
  /** `latest` may be narrowed by `query`. Undefined when it was told that there is none. */
  const find = async (id: string, request: FastifyRequest, reply: FastifyReply): Promise<LetterRow | undefined> => {
    const text = typeof request.query === 'object' && request.query !== null && 'query' in request.query ? String(request.query.query) : '';
    const answer = parseLetterQuery(text, clock.now());
    const query = answer.kind === 'query' ? answer.query : undefined;
    const row = id === 'latest' ? (await findLetters(store, { limit: 1, ...(query === undefined ? {} : { query }) })).rows[0] : await store.letters.get(letterId(id));
    if (row === undefined) reply.code(404).type('text/plain; charset=utf-8').send('404 page not found');
    return row;
  };
  const letterRoute = (url: string, answer: (row: LetterRow, reply: FastifyReply) => Promise<unknown>): void => {
    app.get<{ Params: Params }>(`/api/v1/message/:id${url}`, { schema: { hide } }, async (request, reply) => {
      const row = await find(request.params.id, request, reply);
      return row === undefined ? reply : answer(row, reply);
    });
  };

  letterRoute('', async (row) => {
    // Looking at it in Mailpit means having read it.
    await changeFlags({ store, clock }, [row], { add: ['\\Seen'], remove: [] });
    return mailpitMessage(store, row);
  });
  letterRoute('/headers', (row) => mailpitHeaders(store, row));
  letterRoute('/raw', async (row, reply) => reply.type('text/plain; charset=utf-8').header('x-content-type-options', 'nosniff').header('content-security-policy', "sandbox; default-src 'none'").send(Readable.from(store.messages.read(row))));
  letterRoute('/html-check', async (row) => mailpitHtmlCheck(htmlTags((await renderLetter(store, row)).html ?? '')));
  letterRoute('/link-check', async (row) => {
    const { html = '', text, isTextMade } = await renderLetter(store, row);
    const links = await checkLinks(egress, linksIn({ html, text: isTextMade ? '' : text }));
    return { Errors: links.filter(({ status }) => status < 200 || status >= 400).length, Links: links.map(({ url, status, text: why }) => ({ URL: url, StatusCode: status, Status: why })) };
  });

  app.get<{ Params: Params & { part: string } }>('/api/v1/message/:id/part/:part', { schema: { hide } }, async (request, reply) => {
    const row = await find(request.params.id, request, reply);
    return row === undefined ? reply : sendPart(reply, { store, row, number: request.params.part, isDownload: false });
  });
  // Browsers make small pictures themselves.
  app.get<{ Params: Params & { part: string } }>('/api/v1/message/:id/part/:part/thumb', { schema: { hide } }, async (request, reply) => {
    const row = await find(request.params.id, request, reply);
    if (row === undefined) return reply;
    const found = numberedParts(row.summary.structure).find(({ number }) => number === request.params.part);
    if (found?.part.type !== 'image') return reply.code(404).type('text/plain; charset=utf-8').send('404 page not found');
    return sendPart(reply, { store, row, number: found.number, isDownload: false });
  });

  app.get<{ Params: { name: string } }>('/view/:name', { schema: { hide } }, async (request, reply) => {
    const [, id = '', kind] = /^(.+)\.(html|txt)$/.exec(request.params.name) ?? [];
    const row = kind === undefined ? undefined : await find(id, request, reply);
    if (reply.sent) return reply;
    if (row === undefined) return reply.code(404).type('text/plain; charset=utf-8').send('404 page not found');
    const { html, text, isTextMade } = await renderLetter(store, row);
    if (kind === 'txt') return reply.type('text/plain; charset=utf-8').header('x-content-type-options', 'nosniff').send(isTextMade ? '' : text);
    if (html === undefined) return reply.code(404).type('text/plain; charset=utf-8').send('This message does not contain a HTML part');
    return sendLetterHtml(reply, html, 'light');
  });
}

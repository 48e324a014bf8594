/**
 * The web page: its files, and the page within it that shows a letter's HTML.
 *
 * What comes from strangers is shown by `/letter-frame` and `/view/ID.html` only, under a policy
 * that runs nothing and loads nothing, in a sandbox: even if it was not cleaned, and even if it
 * is opened alone. CSP Level 3, HTML Living Standard §4.8.5 (sandbox).
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';

/** A letter's HTML, with its pictures as data. */
const FRAME_OCTETS_MAX = 33_554_432;
const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml', png: 'image/png', woff2: 'font/woff2' };
/** Views of the page; it looks at the path itself. */
const VIEWS = ['/letter/:id', '/compose', '/queue', '/help'] as const;

const PAGE_POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "style-src-attr 'unsafe-inline'", "img-src 'self' data: blob:", "connect-src 'self'", "frame-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
].join('; ');

/** Pictures only as data: the frame asks nobody for anything, not even us. */
export const LETTER_POLICY = [
  'sandbox allow-popups allow-popups-to-escape-sandbox', "default-src 'none'", 'img-src data:', "style-src 'unsafe-inline'", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'self'",
].join('; ');

export function webRoutes(app: FastifyInstance, { web, log }: ApiOptions): void {
  frameRoute(app);
  if (web === undefined) return;
  let files: Promise<ReadonlyMap<string, Buffer>> | undefined;
  const file = async (name: string): Promise<Buffer | undefined> => {
    files ??= readAll(web);
    return (await files.catch((error: unknown) => {
      files = undefined;
      log.error({ err: error }, 'web page could not be built');
      throw error;
    })).get(name);
  };

  for (const url of ['/', ...VIEWS]) {
    app.get(url, { config: { isPublic: true }, schema: { hide: true } }, async (_request, reply) => {
      const page = await file('index.html');
      return page === undefined ? sendProblem(reply, { status: 500, detail: 'The page is not there.' }) : sheltered(reply, PAGE_POLICY).header('cache-control', 'no-cache')
        // Without a referrer, browsers hide the origin of forms as well, and we could not tell ours from others.
        .header('referrer-policy', 'same-origin').type('text/html; charset=utf-8').send(page);
    });
  }
  app.get<{ Params: { name: string } }>('/assets/:name', { config: { isPublic: true }, schema: { hide: true } }, async (request, reply) => {
    const { name } = request.params;
    const found = await file(name);
    if (found === undefined) return sendProblem(reply, { status: 404, detail: 'There is nothing here.' });
    // Its name has a hash of what is in it.
    return sheltered(reply, "default-src 'none'").header('cache-control', 'public, max-age=31536000, immutable').type(TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream').send(found);
  });
}

/** Gives back what the page cleaned, under a policy that only a response can carry. */
function frameRoute(app: FastifyInstance): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: FRAME_OCTETS_MAX }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  app.post<{ Body: { html?: string; scheme?: string } }>('/letter-frame', { config: { isPublic: true }, bodyLimit: FRAME_OCTETS_MAX, schema: { hide: true } }, (request, reply) => {
    const { html = '', scheme } = request.body;
    sendLetterHtml(reply, html, scheme === 'dark' ? 'dark' : 'light');
  });
}

export function sendLetterHtml(reply: FastifyReply, html: string, scheme: 'light' | 'dark'): FastifyReply {
  const style = `:root{color-scheme:${scheme};background:${scheme === 'dark' ? '#121212' : '#fff'}}body{font:14px/1.5 system-ui,sans-serif;margin:16px 24px;overflow-wrap:anywhere}img{max-width:100%}${scheme === 'dark' ? 'body{color:#e6e4df}a{color:#8ab4f8}' : ''}`;
  return sheltered(reply, LETTER_POLICY).header('cross-origin-resource-policy', 'same-origin').header('cache-control', 'no-store').type('text/html; charset=utf-8')
    .send(`<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><style>${style}</style>${withoutMeta(html)}`);
}

/** A refresh leads the frame elsewhere, and no policy forbids that: seen in Chromium by our corpus. */
function withoutMeta(html: string): string {
  return html.replaceAll(/<meta/gi, '<x-meta');
}

export function sheltered(reply: FastifyReply, policy: string): FastifyReply {
  return reply.header('content-security-policy', policy).header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer').header('cross-origin-opener-policy', 'same-origin');
}

/** Few and small: kept in memory, so that no path of a request ever reaches the disk. */
async function readAll(web: () => Promise<string>): Promise<ReadonlyMap<string, Buffer>> {
  const folder = await web();
  const names = await readdir(join(folder, 'assets'));
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, 'assets', name))] as const));
  return new Map([...files, ['index.html', await readFile(join(folder, 'index.html'))]]);
}

/**
 * Mailpit's `/api/v1/messages`, `/search` and `/tags`: lists, and what is done to many.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { parseLetterQuery } from '@posthorn/mail/letter-query.ts';
import type { LetterQuery } from '@posthorn/mail/letter-query.ts';
import { letterId } from '@posthorn/store/ids.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import type { LetterParts } from '../letter-parts.ts';
import { changeFlags, deleteLetters } from '../letters/acts.ts';
import { findLetters } from '../letters/finder.ts';
import { isTag, TAG_CHARS_MAX, tagsOf, tagToKeyword } from '../letters/tags.ts';
import type { ApiOptions } from '../options.ts';
import { listOf, objectOf } from '../schemas.ts';
import { mailpitSummary } from './shapes.ts';

const PAGE_MAX = 1000;
const LETTERS_MAX = 100_000;
const STEP = 500;
const hide = true;
const IDS = listOf({ type: 'string', maxLength: 64 });
const TAGS = listOf({ type: 'string', minLength: 1, maxLength: TAG_CHARS_MAX });
const PAGE = { start: { type: 'integer', minimum: 0, default: 0 }, limit: { type: 'integer', minimum: 0, maximum: PAGE_MAX, default: 50 }, tz: { type: 'string' } } as const;

interface PageQuery {
  readonly start: number;
  readonly limit: number;
}

export function mailpitMessageRoutes(app: FastifyInstance, { store, clock }: ApiOptions, { snippets }: LetterParts): void {
  const acting = { store, clock };
  const found = async (query?: LetterQuery): Promise<readonly LetterRow[]> => {
    const rows: LetterRow[] = [];
    let next: LetterRow['content'] | undefined;
    do {
      const page = await findLetters(store, { limit: STEP, ...(query === undefined ? {} : { query }), ...(next === undefined ? {} : { past: next }) });
      rows.push(...page.rows);
      next = page.next;
    } while (next !== undefined && rows.length < LETTERS_MAX);
    return rows;
  };
  const byIds = async (ids: readonly string[]): Promise<readonly LetterRow[]> => (await Promise.all(ids.map((id) => store.letters.get(letterId(id))))).filter((row) => row !== undefined);
  const listed = async (rows: readonly LetterRow[], { start, limit }: PageQuery, count = rows.length): Promise<object> => {
    const { letters: total, unseen } = await store.letters.counts();
    const page = rows.slice(start, start + limit);
    return {
      total, unread: unseen, count: page.length, messages_count: count, messages_unread: rows.filter(({ copies }) => copies.some(({ flags }) => !flags.includes('\\Seen'))).length,
      start, tags: [...new Set(page.flatMap(tagsOf))].toSorted(), messages: await Promise.all(page.map(async (row) => mailpitSummary(row, await snippets.of(row)))),
    };
  };

  app.get<{ Querystring: PageQuery }>('/api/v1/messages', { schema: { hide, querystring: objectOf(PAGE, []) } }, async (request) => {
    const { start, limit } = request.query;
    // Mailpit counts from the newest: the letters before `start` are passed over.
    const { rows } = await findLetters(store, { limit: Math.min(LETTERS_MAX, start + limit) });
    const { letters, unseen } = await store.letters.counts();
    return { ...await listed(rows, { start, limit }, letters), messages_unread: unseen };
  });

  app.get<{ Querystring: PageQuery & { query: string } }>('/api/v1/search', { schema: { hide, querystring: objectOf({ ...PAGE, query: { type: 'string', minLength: 1 } }, ['query']) } }, async (request, reply) => {
    const query = readQuery(request.query.query, clock.now(), reply);
    return query === undefined ? reply : listed(await found(query), request.query);
  });

  app.delete<{ Querystring: { query: string } }>('/api/v1/search', { schema: { hide, querystring: objectOf({ query: { type: 'string', minLength: 1 }, tz: { type: 'string' } }, ['query']) } }, async (request, reply) => {
    const query = readQuery(request.query.query, clock.now(), reply);
    if (query === undefined) return reply;
    await deleteLetters(acting, await found(query));
    return done(reply);
  });

  app.put<{ Body: { IDs?: readonly string[]; Read?: boolean; Search?: string } | null }>('/api/v1/messages', { schema: { hide } }, async (request, reply) => {
    const { IDs = [], Read = false, Search = '' } = request.body ?? {};
    const query = Search === '' ? undefined : readQuery(Search, clock.now(), reply);
    if (reply.sent) return reply;
    const rows = IDs.length > 0 ? await byIds(IDs) : await found(query);
    await changeFlags(acting, rows, Read ? { add: ['\\Seen'], remove: [] } : { add: [], remove: ['\\Seen'] });
    return done(reply);
  });

  app.delete<{ Body: { IDs?: readonly string[] } | null }>('/api/v1/messages', { schema: { hide } }, async (request, reply) => {
    const ids = request.body?.IDs ?? [];
    await deleteLetters(acting, ids.length > 0 ? await byIds(ids) : await found());
    return done(reply);
  });

  tagRoutes(app, { found, byIds, acting });
}

interface TagParts {
  readonly found: () => Promise<readonly LetterRow[]>;
  readonly byIds: (ids: readonly string[]) => Promise<readonly LetterRow[]>;
  readonly acting: Pick<ApiOptions, 'store' | 'clock'>;
}

function tagRoutes(app: FastifyInstance, { found, byIds, acting }: TagParts): void {
  const withTag = async (tag: string): Promise<readonly LetterRow[]> => (await found()).filter((row) => tagsOf(row).includes(tag));

  app.get('/api/v1/tags', { schema: { hide } }, async () => [...new Set((await found()).flatMap(tagsOf))].toSorted());

  app.put<{ Body: { IDs: readonly string[]; Tags?: readonly string[] } }>('/api/v1/tags', { schema: { hide, body: objectOf({ IDs: IDS, Tags: TAGS }, ['IDs']) } }, async (request, reply) => {
    const wanted = (request.body.Tags ?? []).map(tagToKeyword);
    for (const row of await byIds(request.body.IDs)) {
      const present = [...new Set(row.copies.flatMap(({ flags }) => flags.filter(isTag)))];
      await changeFlags(acting, [row], { add: wanted, remove: present.filter((flag) => !wanted.includes(flag)) });
    }
    return done(reply);
  });

  app.put<{ Params: { tag: string }; Body: { Name: string } }>('/api/v1/tags/:tag', { schema: { hide, body: objectOf({ Name: { type: 'string', minLength: 1, maxLength: TAG_CHARS_MAX } }) } }, async (request, reply) => {
    const { tag } = request.params;
    await changeFlags(acting, await withTag(tag), { add: [tagToKeyword(request.body.Name)], remove: [tagToKeyword(tag)] });
    return done(reply);
  });

  app.delete<{ Params: { tag: string } }>('/api/v1/tags/:tag', { schema: { hide } }, async (request, reply) => {
    const { tag } = request.params;
    await changeFlags(acting, await withTag(tag), { add: [], remove: [tagToKeyword(tag)] });
    return done(reply);
  });
}

function done(reply: FastifyReply): FastifyReply {
  return reply.type('text/plain; charset=utf-8').send('ok');
}

function readQuery(text: string, now: number, reply: FastifyReply): LetterQuery | undefined {
  const answer = parseLetterQuery(text, now);
  if (answer.kind === 'query') return answer.query;
  reply.code(400).type('application/json').send({ Error: answer.message });
  return undefined;
}

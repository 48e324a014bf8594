/**
 * `/rest/v1/letters`: found, read about, flagged, moved, deleted.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseLetterQuery } from '@posthorn/mail/letter-query.ts';
import type { LetterQuery } from '@posthorn/mail/letter-query.ts';
import { contentId, letterId } from '@posthorn/store/ids.ts';
import type { AccountId, ContentId } from '@posthorn/store/ids.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import type { LetterItem, LetterPage } from '@posthorn/web/shapes.ts';
import { changeFlags, deleteLetters, moveLetters } from '../letters/acts.ts';
import { findLetters } from '../letters/finder.ts';
import { shownDetail, shownItem } from '../letters/shown.ts';
import { isTag, TAG_CHARS_MAX, tagToKeyword } from '../letters/tags.ts';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { DETAIL_SCHEMA, ITEM_SCHEMA, LETTER_ID, QUERY } from '../letter-schemas.ts';
import { listOf, objectOf } from '../schemas.ts';
import type { LetterParts } from '../letter-parts.ts';

const PAGE_MAX = 500;
const ACTED_ON_MAX = 1000;
/** Deleted in one act of a search; told when there are more. */
const SWEPT_MAX = 10_000;
const CURSOR = { type: 'string', pattern: '^c[0-9a-z]{1,11}$', examples: ['c2s'] } as const;
const CONFIG = { isForReaders: true } as const;

interface ListQuery {
  readonly q?: string;
  readonly after?: string;
  readonly limit: number;
}

/** Which letters: by id, or all that a search finds. */
interface Which {
  readonly ids?: readonly string[];
  readonly q?: string;
}

interface ChangeBody extends Which {
  readonly seen?: boolean;
  readonly flagged?: boolean;
  readonly answered?: boolean;
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
  readonly mailbox?: string;
}

/** Whose letters a request is about; undefined: everybody's. */
export function scopeOf({ principal }: FastifyRequest): AccountId | undefined {
  switch (principal.kind) {
    case 'administrator': return undefined;
    case 'reader': return principal.account.id;
    default: throw new Error('nobody was let in to the letters');
  }
}

export function cursorOf(content: ContentId): string {
  return `c${content.toString(36)}`;
}

/** The query, or undefined when the problem with it was told. */
export function readQuery(text: string, { now, reply }: { readonly now: number; readonly reply: FastifyReply }): LetterQuery | undefined {
  const answer = parseLetterQuery(text, now);
  if (answer.kind === 'query') return answer.query;
  sendProblem(reply, { status: 400, detail: answer.message, more: { at: answer.at } });
  return undefined;
}

export function letterRoutes(app: FastifyInstance, { store, clock }: ApiOptions, { snippets }: LetterParts): void {
  const itemOf = async (row: LetterRow): Promise<LetterItem> => shownItem(row, await snippets.of(row));

  app.get<{ Querystring: ListQuery }>('/rest/v1/letters', {
    config: CONFIG,
    schema: {
      summary: 'Letters, newest first: all, or those that a search finds',
      querystring: objectOf({ q: QUERY, after: { ...CURSOR, description: '`next` of the page before.' }, limit: { type: 'integer', minimum: 1, maximum: PAGE_MAX, default: 50 } }, []),
      response: { 200: objectOf({ letters: listOf(ITEM_SCHEMA), next: CURSOR, total: { type: 'integer' }, unseen: { type: 'integer' } }, ['letters', 'total', 'unseen']) },
    },
  }, async (request, reply) => {
    const { q = '', after, limit } = request.query;
    const query = q.trim() === '' ? undefined : readQuery(q, { now: clock.now(), reply });
    if (reply.sent) return reply;
    const account = scopeOf(request);
    const { rows, next } = await findLetters(store, {
      limit,
      ...(query === undefined ? {} : { query }),
      ...(account === undefined ? {} : { account }),
      ...(after === undefined ? {} : { past: contentId(Number.parseInt(after.slice(1), 36)) }),
    });
    const { letters: total, unseen } = await store.letters.counts(account);
    const page: LetterPage = { letters: await Promise.all(rows.map(itemOf)), total, unseen, ...(next === undefined ? {} : { next: cursorOf(next) }) };
    return page;
  });

  app.get<{ Params: { id: string } }>('/rest/v1/letters/:id', {
    config: CONFIG,
    schema: { summary: 'One letter: who, what, its parts, where it lies; `latest` is the newest', params: objectOf({ id: LETTER_ID }), response: { 200: DETAIL_SCHEMA } },
  }, async (request, reply) => {
    const row = await findLetter({ store }, request, reply);
    return row === undefined ? reply : shownDetail(row, await snippets.of(row));
  });

  changeRoutes(app, { store, clock });
}

function changeRoutes(app: FastifyInstance, { store, clock }: Pick<ApiOptions, 'store' | 'clock'>): void {
  const TAGS = listOf({ type: 'string', minLength: 1, maxLength: TAG_CHARS_MAX });
  const which = { ids: { ...listOf(LETTER_ID), maxItems: ACTED_ON_MAX }, q: { ...QUERY, description: `Instead of ids: all that this finds, at most ${SWEPT_MAX}.` } };

  app.patch<{ Body: ChangeBody }>('/rest/v1/letters', {
    config: CONFIG,
    schema: {
      summary: 'Mark, tag or move letters; what is not named stays as it is',
      body: objectOf({
        ...which, seen: { type: 'boolean' }, flagged: { type: 'boolean' }, answered: { type: 'boolean' }, addTags: TAGS, removeTags: TAGS,
        mailbox: { type: 'string', minLength: 1, maxLength: 255, description: 'Of the letter’s own account; made where there is none.', examples: ['Archive'] },
      }, []),
      response: { 200: objectOf({ letters: { type: 'integer', description: 'How many it applied to.' } }) },
    },
  }, async (request, reply) => {
    const rows = await chosen({ store, now: clock.now() }, request, reply);
    if (rows === undefined) return reply;
    const { seen, flagged, answered, addTags = [], removeTags = [], mailbox } = request.body;
    const marks = [['\\Seen', seen], ['\\Flagged', flagged], ['\\Answered', answered]] as const;
    await changeFlags({ store, clock }, rows, {
      add: [...marks.flatMap(([flag, isOn]) => (isOn === true ? [flag] : [])), ...addTags.map(tagToKeyword).filter(isTag)],
      remove: [...marks.flatMap(([flag, isOn]) => (isOn === false ? [flag] : [])), ...removeTags.map(tagToKeyword).filter(isTag)],
    });
    if (mailbox !== undefined) await moveLetters({ store, clock }, rows, mailbox.toUpperCase() === 'INBOX' ? 'INBOX' : mailbox);
    return { letters: rows.length };
  });

  app.delete<{ Body: Which }>('/rest/v1/letters', {
    config: CONFIG,
    schema: {
      summary: 'Delete letters for good; an empty search means all of them',
      body: objectOf(which, []),
      response: { 200: objectOf({ letters: { type: 'integer', description: 'How many are gone.' } }) },
    },
  }, async (request, reply) => {
    const rows = await chosen({ store, now: clock.now() }, request, reply);
    if (rows === undefined) return reply;
    await deleteLetters({ store, clock }, rows);
    return { letters: rows.length };
  });
}

/** The letters that the body names; undefined when a problem was told instead. */
async function chosen({ store, now }: { readonly store: ApiOptions['store']; readonly now: number }, request: FastifyRequest<{ Body: Which }>, reply: FastifyReply): Promise<readonly LetterRow[] | undefined> {
  const { ids, q } = request.body;
  if ((ids === undefined) === (q === undefined)) {
    sendProblem(reply, { status: 422, detail: 'Say which letters: either ids, or a search as q.' });
    return undefined;
  }
  const account = scopeOf(request);
  if (ids !== undefined) return (await Promise.all(ids.map((id) => store.letters.get(letterId(id), account)))).filter((row) => row !== undefined);
  const query = q === undefined || q.trim() === '' ? undefined : readQuery(q, { now, reply });
  if (reply.sent) return undefined;
  const rows: LetterRow[] = [];
  let past: ContentId | undefined;
  do {
    const found = await findLetters(store, { limit: PAGE_MAX, ...(query === undefined ? {} : { query }), ...(account === undefined ? {} : { account }), ...(past === undefined ? {} : { past }) });
    rows.push(...found.rows);
    past = found.next;
  } while (past !== undefined && rows.length < SWEPT_MAX);
  return rows;
}

/** The letter that the path names; undefined when it was told that there is none. */
export async function findLetter({ store }: { readonly store: Pick<ApiOptions['store'], 'letters'> }, request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply): Promise<LetterRow | undefined> {
  const { id } = request.params;
  const account = scopeOf(request);
  const row = id === 'latest'
    ? (await store.letters.page({ from: 'newest', limit: 1, ...(account === undefined ? {} : { account }) }))[0]
    : await store.letters.get(letterId(id), account);
  if (row === undefined) sendProblem(reply, { status: 404, detail: id === 'latest' ? 'There is no letter yet.' : `There is no letter ${id}; its trace may know of it.` });
  return row;
}

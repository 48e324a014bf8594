/**
 * `/rest/v1/accounts/:address/deleted`, `…/restore` and `…/mailboxes/:mailbox`: what was deleted,
 * and what mailboxes held at a moment.
 */
import type { FastifyInstance } from 'fastify';
import type { MessageSummary } from '@posthorn/mail/summary.ts';
import { letterId } from '@posthorn/store/ids.ts';
import type { DeletedLetter, FormerLetter } from '@posthorn/store/kept.ts';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { ADDRESS, listOf, objectOf, TIME } from '../schemas.ts';
import { noAccount } from './quotas.ts';

const LETTERS_MAX = 1000;
const TEXT = { type: 'string' } as const;
const COUNT = { type: 'integer', minimum: 0 } as const;
const LIMIT = { type: 'integer', minimum: 1, maximum: LETTERS_MAX, default: LETTERS_MAX } as const;
const ID = { type: 'string', minLength: 1, maxLength: 64 } as const;
const MAILBOX = { type: 'string', minLength: 1, maxLength: 1000 } as const;
const PARAMS = objectOf({ address: ADDRESS });

const ABOUT = { id: ID, subject: { type: ['string', 'null'] }, from: TEXT, date: TIME, octets: COUNT } as const;
const DELETED_SCHEMA = objectOf({ ...ABOUT, mailbox: TEXT, deletedAt: TIME });
const FORMER_SCHEMA = objectOf({
  ...ABOUT, uid: COUNT, flags: { ...listOf(TEXT), description: 'As they were last.' }, savedAt: TIME,
  fate: objectOf({ kind: { enum: ['here', 'deleted', 'moved'] }, at: TIME, to: TEXT }, ['kind']),
}, ['id', 'subject', 'from', 'date', 'octets', 'uid', 'flags', 'savedAt', 'fate']);

export function keptRoutes(app: FastifyInstance, { administration, store, clock }: ApiOptions): void {
  app.get<{ Params: { address: string }; Querystring: { since?: string; limit: number } }>('/rest/v1/accounts/:address/deleted', {
    schema: {
      summary: 'Letters that were deleted and can be put back, the latest first',
      params: PARAMS,
      querystring: objectOf({ since: TIME, limit: LIMIT }, []),
      response: { 200: objectOf({ letters: listOf(DELETED_SCHEMA) }) },
    },
  }, async (request, reply) => {
    const { since, limit } = request.query;
    const account = await administration.account(request.params.address);
    if (account === undefined) return sendProblem(reply, noAccount(request.params.address));
    const letters = await store.kept.deleted({ account: account.id, since: momentOf(since, 0), now: clock.now(), limit });
    return { letters: letters.map(shownDeleted) };
  });

  app.post<{ Params: { address: string }; Body: RestoreBody }>('/rest/v1/accounts/:address/restore', {
    schema: {
      summary: 'Put deleted letters back under new UIDs, a thousand at most; ask again while hasMore',
      params: PARAMS,
      body: objectOf({
        since: { ...TIME, description: 'Deleted at or after this; everything that is kept, when absent.' },
        letters: { ...listOf(ID), minItems: 1, maxItems: LETTERS_MAX },
        mailbox: { ...MAILBOX, description: 'Only what was in this one.' },
        into: { ...MAILBOX, description: 'Instead of where each letter was.' },
      }, []),
      response: { 200: objectOf({ restored: listOf(objectOf({ mailbox: TEXT, letters: COUNT })), hasMore: { type: 'boolean' } }) },
    },
  }, async (request, reply) => {
    const { since, letters, mailbox, into } = request.body;
    if (since === undefined && letters === undefined) return sendProblem(reply, { status: 422, detail: 'Say which: since when, or letters.' });
    const account = await administration.account(request.params.address);
    if (account === undefined) return sendProblem(reply, noAccount(request.params.address));
    return store.kept.restore({
      account: account.id, since: momentOf(since, 0), at: clock.now(),
      ...(letters === undefined ? {} : { letters: letters.map((id) => letterId(id)) }),
      ...(mailbox === undefined ? {} : { mailbox }),
      ...(into === undefined ? {} : { into }),
    });
  });

  formerRoute(app, { administration, store, clock });
}

interface RestoreBody {
  readonly since?: string;
  readonly letters?: readonly string[];
  readonly mailbox?: string;
  readonly into?: string;
}

function formerRoute(app: FastifyInstance, { administration, store, clock }: Pick<ApiOptions, 'administration' | 'store' | 'clock'>): void {
  app.get<{ Params: { address: string; mailbox: string }; Querystring: { at?: string; after: number; limit: number } }>('/rest/v1/accounts/:address/mailboxes/:mailbox', {
    schema: {
      summary: 'What a mailbox held at a moment, now if none is named; `next`, when there may be more, goes into `after`',
      params: objectOf({ address: ADDRESS, mailbox: MAILBOX }),
      querystring: objectOf({ at: TIME, after: { ...COUNT, default: 0 }, limit: LIMIT }, []),
      response: { 200: objectOf({ letters: listOf(FORMER_SCHEMA), next: COUNT }, ['letters']) },
    },
  }, async (request, reply) => {
    const { address, mailbox } = request.params;
    const { at, after, limit } = request.query;
    const account = await administration.account(address);
    if (account === undefined) return sendProblem(reply, noAccount(address));
    const now = clock.now();
    const found = await store.kept.asOf({ account: account.id, mailbox, at: momentOf(at, now), now, after, limit });
    switch (found.kind) {
      case 'mailbox': {
        const last = found.letters.length >= limit ? found.letters.at(-1) : undefined;
        return reply.send({ letters: found.letters.map(shownFormer), ...(last === undefined ? {} : { next: last.uid }) });
      }
      case 'no-mailbox': return sendProblem(reply, { status: 404, detail: `${address} had no mailbox ${mailbox} then.` });
      case 'too-long-ago': return sendProblem(reply, { status: 422, detail: `What was deleted is kept since ${time(found.since)} only.` });
      default: return found satisfies never;
    }
  });
}

function momentOf(text: string | undefined, absent: number): number {
  return text === undefined ? absent : Date.parse(text);
}

function time(at: number): string {
  return new Date(at).toISOString();
}

function about(summary: MessageSummary): { readonly subject: string | null; readonly from: string } {
  const { subject, from: [author] } = summary.envelope;
  return { subject, from: author === undefined ? '' : `${author.mailbox ?? ''}${author.host === null ? '' : `@${author.host}`}` };
}

function shownDeleted({ letter, mailbox, deletedAt, internalDate, octets, summary }: DeletedLetter): object {
  return { id: letter, ...about(summary), date: time(internalDate), octets, mailbox, deletedAt: time(deletedAt) };
}

function shownFormer({ uid, letter, flags, internalDate, savedAt, octets, summary, fate }: FormerLetter): object {
  return {
    id: letter, ...about(summary), date: time(internalDate), octets, uid, flags, savedAt: time(savedAt),
    fate: fate.kind === 'here' ? fate : { ...fate, at: time(fate.at) },
  };
}

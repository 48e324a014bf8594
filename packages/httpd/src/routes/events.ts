/**
 * What happens, as it happens: a stream of events, and a wait for one letter.
 *
 * HTML Living Standard §9.2 (server-sent events).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccountId } from '@posthorn/store/ids.ts';
import { contentId } from '@posthorn/store/ids.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import type { Clock, Timer } from '@posthorn/world/clock.ts';
import type { LetterEvents } from '@posthorn/web/shapes.ts';
import type { LetterParts } from '../letter-parts.ts';
import { ITEM_SCHEMA, QUERY } from '../letter-schemas.ts';
import type { FeedEvent } from '../letters/feed.ts';
import { isFound } from '../letters/finder.ts';
import { shownItem } from '../letters/shown.ts';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { objectOf } from '../schemas.ts';
import { cursorOf, readQuery, scopeOf } from './letters.ts';

const CONFIG = { isForReaders: true } as const;
/** Proxies end what is silent for a minute. */
const PING_MS = 25_000;
const WAIT_MS_MAX = 60_000;
const STREAMS_MAX = 500;
const UNREAD_OCTETS_MAX = 1_048_576;
const WAIT_PAGE = 100;

export function eventRoutes(app: FastifyInstance, options: ApiOptions, parts: LetterParts): void {
  const { store, clock } = options;
  const { feed, snippets } = parts;
  let streams = 0;

  app.get('/rest/v1/events', {
    config: CONFIG,
    schema: { summary: 'Server-sent events: `letter` with the letter as in a list, `changed` with how many there are', produces: 'text/event-stream' },
  }, async (request, reply) => {
    if (streams >= STREAMS_MAX) return sendProblem(reply, { status: 503, detail: 'Too many listen already.' });
    const account = scopeOf(request);
    const stream = openStream(request, reply, clock);
    streams += 1;
    let telling = Promise.resolve();
    const tell = async (event: FeedEvent): Promise<void> => {
      if (event.kind === 'letter') {
        const row = ownCopies(event.row, account);
        if (row !== undefined) stream.send('letter', shownItem(row, await snippets.of(row)));
        return;
      }
      const { letters: total, unseen } = await store.letters.counts(account);
      stream.send('changed', { total, unseen });
    };
    const stop = await feed.listen((event) => {
      telling = telling.then(() => tell(event)).catch((error: unknown) => { options.log.error({ err: error }, 'event could not be told'); });
    });
    stream.closed(() => {
      streams -= 1;
      stop();
    });
    await tell({ kind: 'changed' });
    return reply;
  });

  app.get<{ Querystring: { q?: string; after?: string; timeoutMs: number } }>('/rest/v1/letters/wait', {
    config: CONFIG,
    schema: {
      summary: 'Wait for a letter that a search finds: the first that came after the cursor, or comes from now on',
      querystring: objectOf({
        q: QUERY,
        after: { type: 'string', pattern: '^c[0-9a-z]{1,11}$', description: 'The `cursor` of an earlier answer; c0 means any letter that is here.' },
        timeoutMs: { type: 'integer', minimum: 0, maximum: WAIT_MS_MAX, default: 30_000 },
      }, []),
      response: { 200: objectOf({ letter: ITEM_SCHEMA, cursor: { type: 'string', description: 'Goes into `after`, to wait for the next.' } }) },
    },
  }, async (request, reply) => {
    const query = readQuery(request.query.q ?? '', { now: clock.now(), reply });
    if (query === undefined) return reply;
    const account = scopeOf(request);
    const matches = async (row: LetterRow): Promise<LetterRow | undefined> => {
      const own = ownCopies(row, account);
      return own !== undefined && await isFound(store, query, own) ? own : undefined;
    };
    const row = await waitFor(matches, { request, parts, options });
    if (row === undefined) return sendProblem(reply, { status: 408, detail: 'No such letter came in that time.' });
    return { letter: shownItem(row, await snippets.of(row)), cursor: cursorOf(row.content) };
  });
}

/** Listens first and looks then, so that nothing slips through between. */
async function waitFor(matches: (row: LetterRow) => Promise<LetterRow | undefined>, { request, parts, options: { store, clock } }: {
  readonly request: FastifyRequest<{ Querystring: { after?: string; timeoutMs: number } }>; readonly parts: LetterParts; readonly options: ApiOptions;
}): Promise<LetterRow | undefined> {
  const { after, timeoutMs } = request.query;
  const { promise, resolve, reject } = Promise.withResolvers<LetterRow | undefined>();
  let looking: Promise<void> = Promise.resolve();
  const look = (row: LetterRow): void => {
    looking = looking.then(async () => {
      const found = await matches(row);
      if (found !== undefined) resolve(found);
    }).catch(reject);
  };
  const stop = await parts.feed.listen((event) => { if (event.kind === 'letter') look(event.row); });
  const timer = clock.deadline(timeoutMs, () => { void looking.then(() => { resolve(undefined); }); });
  const leave = (): void => { resolve(undefined); };
  request.raw.once('close', leave);
  try {
    for (let past = after === undefined ? undefined : contentId(Number.parseInt(after.slice(1), 36)); past !== undefined;) {
      const rows = await store.letters.page({ from: 'oldest', past, limit: WAIT_PAGE });
      for (const row of rows) {
        const found = await matches(row);
        if (found !== undefined) return found;
      }
      past = rows.length === WAIT_PAGE ? rows.at(-1)?.content : undefined;
    }
    return timeoutMs === 0 ? undefined : await promise;
  } finally {
    timer.cancel();
    request.raw.off('close', leave);
    stop();
  }
}

/** Of the copies those that this account may see; undefined if there are none. */
function ownCopies(row: LetterRow, account: AccountId | undefined): LetterRow | undefined {
  if (account === undefined) return row;
  const copies = row.copies.filter((copy) => copy.account === account);
  return copies.length === 0 ? undefined : { ...row, copies };
}

interface EventStream {
  send<K extends keyof LetterEvents>(name: K, data: LetterEvents[K]): void;
  closed(act: () => void): void;
}

function openStream(request: FastifyRequest, reply: FastifyReply, clock: Clock): EventStream {
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff' });
  raw.write('retry: 1000\n\n');
  let ping: Timer;
  const write = (text: string): void => {
    // Who does not read is let go: the browser comes back and looks at everything anew.
    if (raw.writableLength > UNREAD_OCTETS_MAX) raw.destroy();
    else raw.write(text);
  };
  const beat = (): void => {
    write(': ping\n\n');
    ping = clock.deadline(PING_MS, beat);
  };
  ping = clock.deadline(PING_MS, beat);
  return {
    send: (name, data) => { write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`); },
    closed: (act) => {
      const end = (): void => {
        ping.cancel();
        act();
      };
      if (request.raw.destroyed || raw.destroyed) end();
      else raw.once('close', end);
    },
  };
}

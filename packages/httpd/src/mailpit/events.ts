/**
 * Mailpit's `/api/events`: what happens, over a WebSocket. RFC 6455.
 */
import type { FastifyInstance } from 'fastify';
import websocket from '@fastify/websocket';
import type { LetterParts } from '../letter-parts.ts';
import type { FeedEvent } from '../letters/feed.ts';
import type { ApiOptions } from '../options.ts';
import { mailpitSummary } from './shapes.ts';

const MESSAGE_OCTETS_MAX = 4096;
const UNSENT_OCTETS_MAX = 1_048_576;

export async function mailpitEventRoutes(app: FastifyInstance, { store, log, version }: ApiOptions, { feed, snippets }: LetterParts): Promise<void> {
  await app.register(websocket, { options: { maxPayload: MESSAGE_OCTETS_MAX } });
  app.get('/api/events', { websocket: true, schema: { hide: true } }, (socket) => {
    const send = (Type: string, Data: unknown): void => {
      if (socket.bufferedAmount > UNSENT_OCTETS_MAX) socket.terminate();
      else socket.send(JSON.stringify({ Type, Data }));
    };
    const tell = async (event: FeedEvent): Promise<void> => {
      if (event.kind === 'letter') {
        send('new', mailpitSummary(event.row, await snippets.of(event.row)));
        return;
      }
      const { letters, unseen } = await store.letters.counts();
      send('stats', { Total: letters, Unread: unseen, Version: version });
    };
    let telling = Promise.resolve();
    const listening = feed.listen((event) => {
      telling = telling.then(() => tell(event)).catch((error: unknown) => { log.error({ err: error }, 'event could not be told'); });
    });
    socket.on('error', () => { socket.terminate(); });
    socket.on('close', () => { void listening.then((stop) => { stop(); }); });
  });
}

/**
 * `/rest/v1/test/events`: each letter as it becomes visible. HTML Living Standard §9.2.
 */
import type { FastifyInstance } from 'fastify';
import type { Register } from '../waiting/register.ts';
import type { Catalogue } from './catalogue.ts';
import { shownLetter } from './shown.ts';

const UNREAD_OCTETS_MAX = 16_777_216;

export function testEventRoutes(app: FastifyInstance, catalogue: Catalogue, register: Register): void {
  const open = new Set<() => void>();

  app.get('/rest/v1/test/events', {
    schema: { summary: 'Server-sent events: `letter`, as it becomes visible', produces: 'text/event-stream' },
  }, (_request, reply) => {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    raw.write(': hello\n\n');
    let told = register.all.length;
    const tell = (): void => {
      for (; told < register.all.length; told += 1) {
        const arrival = register.all[told];
        if (arrival !== undefined) raw.write(`event: letter\ndata: ${JSON.stringify(shownLetter(arrival.letter, catalogue))}\n\n`);
      }
      // Who does not read is not waited for.
      if (raw.writableLength > UNREAD_OCTETS_MAX) raw.destroy();
    };
    const unwatch = register.watch(tell);
    const end = (): void => void raw.end();
    open.add(end);
    raw.once('close', () => {
      unwatch();
      open.delete(end);
    });
  });

  app.addHook('preClose', async () => {
    for (const end of open) end();
  });
}

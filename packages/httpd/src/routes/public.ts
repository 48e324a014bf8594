/**
 * What everybody may ask: health, readiness, metrics, and the first page.
 */
import type { FastifyInstance } from 'fastify';
import { writeHomePage } from '../home-page.ts';
import { formatMetrics, gauge } from '../metrics.ts';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';

const isPublic = { config: { isPublic: true } } as const;

export function publicRoutes(app: FastifyInstance, { store, metrics, home, clock, version, log, web }: ApiOptions): void {
  const startedAt = clock.monotonic();

  app.get('/healthz', isPublic, () => ({ status: 'alive' }));

  app.get('/readyz', isPublic, async (_request, reply) => {
    try {
      await store.check();
      return { status: 'ready' };
    } catch (fault) {
      log.warn({ err: fault }, 'not ready');
      return sendProblem(reply, { status: 503, detail: 'The store cannot commit now.' });
    }
  });

  app.get('/metrics', isPublic, async (_request, reply) => {
    const collected = await Promise.all(metrics.map((source) => source()));
    const own = [
      gauge('posthorn_build_info', 'What runs here.', [{ labels: { version }, value: 1 }]),
      gauge('posthorn_uptime_seconds', 'Since this part was started.', Math.floor((clock.monotonic() - startedAt) / 1000)),
      gauge('process_resident_memory_bytes', 'Resident memory.', process.memoryUsage.rss()),
    ];
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(formatMetrics([...own, ...collected.flat()]));
  });

  if (web !== undefined) return;
  app.get('/', isPublic, (_request, reply) => reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .send(writeHomePage(home())));
}

/**
 * A long job's answer: JSON lines, one an event, as it happens; the last one says how it ended.
 *
 * `{"event":"progress",…}` any number of times, then `{"event":"done",…}` or
 * `{"event":"failed","detail":…}`. Whoever hangs up ends the job.
 */
import { PassThrough } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '@posthorn/world/log.ts';

export const EVENT_LINES = 'application/x-ndjson';

export interface Telling {
  /** Resolves when whoever listens can take more. */
  tell(event: Readonly<Record<string, unknown>>): Promise<void>;
  /** Aborted when nobody listens any more. */
  readonly signal: AbortSignal;
}

/** Runs the job; what it answers goes along with `done`. */
export function answerInLines(
  { request, reply, log }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly log: Log },
  job: (telling: Telling) => Promise<object>,
): FastifyReply {
  const lines = new PassThrough();
  const abort = new AbortController();
  reply.raw.on('close', () => abort.abort());
  const tell = async (event: object): Promise<void> => {
    if (lines.write(`${JSON.stringify(event)}\n`) || lines.destroyed) return;
    await new Promise<void>((resolve) => {
      lines.once('drain', resolve);
      lines.once('close', resolve);
    });
  };
  const run = async (): Promise<void> => {
    try {
      const result = await job({ tell, signal: abort.signal });
      await tell({ event: 'done', ...result });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!abort.signal.aborted) log.warn({ err: error, route: request.routeOptions.url }, 'job failed');
      await tell({ event: 'failed', detail: error.message });
    } finally {
      lines.end();
    }
  };
  void run();
  return reply.type(EVENT_LINES).send(lines);
}

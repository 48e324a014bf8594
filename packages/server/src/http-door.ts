/**
 * An HTTP listener: it listens at once; what answers is loaded and made with the first request.
 *
 * Most processes are asked nothing over HTTP in their first second, and some never.
 */
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { listenApi } from '@posthorn/httpd/listen.ts';
import type { Carrier } from '@posthorn/httpd/options.ts';
import type { Endpoint } from '@posthorn/world/net.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Api } from './desk.ts';

export interface HttpDoorRequest {
  readonly at: Endpoint;
  readonly makeApi: (carrier: Carrier) => Promise<Api>;
  readonly log: Log;
  /** How long a request may take to come in; 0: as long as it likes. */
  readonly requestMs: number;
}

/** Longer than what stands before us keeps its connections, as Fastify has it. */
const KEEP_ALIVE_MS = 72_000;

/** Throws `NetFault` when the endpoint cannot be had. */
export async function openHttpDoor({ at, makeApi, log, requestMs }: HttpDoorRequest): Promise<{ readonly endpoint: Endpoint; close(): Promise<void> }> {
  let handler: RequestListener | undefined;
  let making: Promise<Api> | undefined;
  let isMade = false;
  const make = async (): Promise<Api> => {
    const api = await makeApi({ server, answer: (its) => { handler = its; } });
    await api.ready();
    isMade = true;
    return api;
  };
  const server = createServer({ requestTimeout: requestMs, keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    if (isMade) {
      handler?.(request, response);
      return;
    }
    making ??= make();
    making.then(() => handler?.(request, response), (error: unknown) => {
      // The next request tries again.
      making = undefined;
      log.error({ err: error }, 'HTTP cannot be answered');
      response.writeHead(503).end();
    });
  });
  const endpoint = await listenApi({
    server,
    ready: () => Promise.resolve(),
    listen: (where) => new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(where, () => {
        server.off('error', reject);
        resolve(undefined);
      });
    }),
  }, at);
  return {
    endpoint,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      const api = await making?.catch(() => undefined);
      await api?.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

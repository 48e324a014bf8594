/**
 * Another host, which takes every letter and counts how often each came, by its Message-ID.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

export interface Sink extends AsyncDisposable {
  readonly port: number;
  /** How often a letter came. */
  readonly times: ReadonlyMap<string, number>;
  /** Resolves when all of these came, or throws after `msMax`. */
  have(ids: readonly string[], msMax: number): Promise<void>;
}

export async function startSink(): Promise<Sink> {
  const times = new Map<string, number>();
  const sockets = new Set<Socket>();
  let look: () => void = () => {};
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    serve(socket, (id) => {
      times.set(id, (times.get(id) ?? 0) + 1);
      look();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    times,
    have: (ids, msMax) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${ids.filter((id) => !times.has(id)).length} of ${ids.length} letters did not come on`)), msMax);
      look = () => {
        if (!ids.every((id) => times.has(id))) return;
        clearTimeout(timer);
        resolve();
      };
      look();
    }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(socket: Socket, take: (id: string) => void): void {
  let text = '';
  let isData = false;
  socket.write('220 mx.oak.test\r\n');
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    for (;;) {
      const end = isData ? text.indexOf('\r\n.\r\n') : text.indexOf('\r\n');
      if (end === -1) return;
      const part = text.slice(0, end);
      text = text.slice(end + (isData ? 5 : 2));
      if (isData) take(/^Message-ID: <(.+)@/im.exec(part)?.[1] ?? '');
      const isDataNext: boolean = !isData && part.toUpperCase() === 'DATA';
      isData = isDataNext;
      socket.write(isDataNext ? '354 Go on\r\n' : /^QUIT/i.test(part) ? '221 Bye\r\n' : '250 Ok\r\n');
    }
  });
}

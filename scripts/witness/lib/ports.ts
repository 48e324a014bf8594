/**
 * Free ports for foreign servers that cannot be told to take any.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Resolves when something accepts connections there; foreign servers do not tell when they are ready. */
export async function untilListening(port: number, host = '127.0.0.1', tries = 400): Promise<void> {
  for (let left = tries; left > 0; left -= 1) {
    const socket = connect(port, host);
    const isOpen = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on ${host} port ${port}`);
}

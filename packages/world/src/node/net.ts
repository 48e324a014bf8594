/**
 * The real network: TCP and unix sockets.
 *
 * A connection is the socket itself, so that TLS can use the kernel's side of it directly;
 * its addresses are fixed when it opens (a socket forgets them when it closes).
 */
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { asConnection } from '../connection.ts';
import { canonicalIp } from '../ip.ts';
import { type Connection, type Endpoint, type ListenOptions, type Listening, type Net, NetFault } from '../net.ts';

/** Connections that the kernel holds for us before we accept them. */
const BACKLOG = 511;

/** Only our own user may connect to a unix socket, unless the caller says otherwise. */
const UNIX_MODE = 0o600;

export const nodeNet: Net = { connect, listen };

function connect(target: Endpoint, options: { readonly signal?: AbortSignal; readonly localAddress?: string } = {}): Promise<Connection> {
  const { signal, localAddress } = options;
  const where = describe(target);
  if ('host' in target && canonicalIp(target.host) === undefined) {
    return Promise.reject(new NetFault('EINVAL', `${target.host} is not an IP address`));
  }
  if (signal?.aborted) return Promise.reject(new NetFault('ECANCELED', `connecting to ${where} was called off`));
  return new Promise((resolve, reject) => {
    const socket = createConnection('path' in target
      ? { path: target.path }
      : { host: target.host, port: target.port, noDelay: true, ...(localAddress === undefined ? {} : { localAddress }) });
    const settle = (): void => {
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      socket.off('connect', onConnect);
    };
    const fail = (code: string, message: string, cause?: unknown): void => {
      settle();
      socket.on('error', () => {});
      socket.destroy();
      reject(new NetFault(code, message, { cause }));
    };
    const onAbort = (): void => fail('ECANCELED', `connecting to ${where} was called off`);
    const onError = (cause: Error): void => fail(codeOf(cause), `cannot connect to ${where}: ${cause.message}`, cause);
    const onConnect = (): void => {
      settle();
      resolve(opened(socket));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.once('connect', onConnect);
  });
}

async function listen(at: Endpoint, accept: (connection: Connection) => void, { mode = UNIX_MODE }: ListenOptions = {}): Promise<Listening> {
  const server = createServer({ noDelay: true }, (socket) => accept(opened(socket)));
  try {
    await bind(server, at, mode);
  } catch (cause) {
    if (!(cause instanceof NetFault) || cause.code !== 'EADDRINUSE' || !('path' in at) || !(await isStale(at.path))) throw cause;
    unlinkSync(at.path);
    await bind(server, at, mode);
  }
  // A connection that could not be accepted (no more descriptors) is its peer's loss, not our end.
  server.on('error', () => {});
  const address = server.address();
  return {
    endpoint: typeof address === 'object' && address !== null ? { host: canonicalIp(address.address) ?? address.address, port: address.port } : at,
    close: async () => {
      // The listening socket is gone when this returns; waiting for its event would be waiting for every open connection.
      server.close();
    },
  };
}

function bind(server: Server, at: Endpoint, mode: number): Promise<void> {
  if ('host' in at && canonicalIp(at.host) === undefined) {
    return Promise.reject(new NetFault('EINVAL', `${at.host} is not an IP address`));
  }
  return new Promise((resolve, reject) => {
    const onError = (cause: Error): void => {
      server.off('listening', onListening);
      reject(new NetFault(codeOf(cause), `cannot listen on ${describe(at)}: ${cause.message}`, { cause }));
    };
    const onListening = (): void => {
      server.off('error', onError);
      resolve();
    };
    server.once('error', onError);
    server.once('listening', onListening);
    if ('path' in at) {
      server.listen({ path: at.path, backlog: BACKLOG });
      // Bound within the call above: nobody has been let in before the mode is set.
      if (server.listening) chmodSync(at.path, mode);
    } else {
      server.listen({ host: at.host, port: at.port, backlog: BACKLOG });
    }
  });
}

/** Whether this is a socket at which nobody listens: left by a process that died. */
async function isStale(path: string): Promise<boolean> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return false;
  try {
    (await connect({ path })).destroy();
    return false;
  } catch (fault) {
    return fault instanceof NetFault && fault.code === 'ECONNREFUSED';
  }
}

/** With the addresses as they are now, in canonical form. */
function opened(socket: Socket): Connection {
  return asConnection(socket, {
    remoteAddress: canonicalIp(socket.remoteAddress ?? '') ?? '',
    remotePort: socket.remotePort ?? 0,
    localAddress: canonicalIp(socket.localAddress ?? '') ?? '',
    localPort: socket.localPort ?? 0,
  });
}

function codeOf(cause: Error): string {
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : 'EIO';
}

function describe(endpoint: Endpoint): string {
  if ('path' in endpoint) return endpoint.path;
  return endpoint.host.includes(':') ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`;
}

/**
 * TLS over any connection, real or simulated, on either side.
 *
 * The caller makes sure that nothing was read ahead in clear text (RFC 3207 §4.2); octets
 * already buffered on the stream are taken as part of the handshake and spoil it.
 * RFC 8996: nothing below TLS 1.2. RFC 6066 §3: an IP address is never sent as server name.
 */
import type { X509Certificate } from 'node:crypto';
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { asConnection } from './connection.ts';
import { parseIp } from './ip.ts';
import { type Connection, NetFault } from './net.ts';

/** What was agreed, and with whom. */
export interface TlsFacts {
  /** For example `TLSv1.3`. */
  readonly protocol: string;
  /** The standard name, for example `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** Whether the peer's certificate is trusted and, on the client side, bears the name asked for. */
  readonly isAuthorised: boolean;
  /** Why not: node's code, for example `DEPTH_ZERO_SELF_SIGNED_CERT`. Empty when authorised. */
  readonly reason: string;
  readonly peerCertificate: X509Certificate | undefined;
  /** The name the client asked for (SNI); empty without. */
  readonly servername: string;
}

export interface SecureConnection extends Connection {
  readonly tls: TlsFacts;
}

export interface TlsClientOptions {
  /** The name that the certificate must bear, sent as SNI unless it is an IP address. */
  readonly servername: string;
  /** `opportunistic` takes any certificate and reports what is wrong with it; `required` refuses. */
  readonly verify: 'opportunistic' | 'required';
  /** Trusted authorities in PEM instead of the system's. */
  readonly ca?: string | readonly string[];
  readonly signal?: AbortSignal;
}

export interface TlsServerOptions {
  readonly context: SecureContext;
  /** The context for a server name (SNI); undefined means the usual one. */
  readonly contextFor?: (servername: string) => SecureContext | undefined;
  readonly signal?: AbortSignal;
}

const TLS_VERSION_MIN = 'TLSv1.2';

/** A server's certificate chain and key, in PEM. Throws when they do not belong together. */
export function createServerContext({ certificate, key }: { readonly certificate: string; readonly key: string }): SecureContext {
  return createSecureContext({ cert: certificate, key, minVersion: TLS_VERSION_MIN, honorCipherOrder: true });
}

/** Begins TLS as the client. Throws `NetFault` when there is no agreement; the connection is destroyed then. */
export async function startTlsClient(connection: Connection, options: TlsClientOptions): Promise<SecureConnection> {
  const { servername, verify, ca, signal } = options;
  const isName = parseIp(servername) === undefined;
  const socket = connect({
    socket: connection,
    host: servername,
    ...(isName ? { servername } : {}),
    rejectUnauthorized: verify === 'required',
    minVersion: TLS_VERSION_MIN,
    ...(ca === undefined ? {} : { ca: [ca].flat() }),
  });
  await agreed(socket, connection, 'secureConnect', signal);
  return secured(socket, connection, isName ? servername : '');
}

/** Begins TLS as the server. Throws `NetFault` when there is no agreement; the connection is destroyed then. */
export async function startTlsServer(connection: Connection, options: TlsServerOptions): Promise<SecureConnection> {
  const { context, contextFor, signal } = options;
  const socket = new TLSSocket(connection, {
    isServer: true,
    secureContext: context,
    ...(contextFor === undefined ? {} : {
      SNICallback: (servername: string, answer: (error: Error | null, context?: SecureContext) => void) => {
        answer(null, contextFor(servername) ?? context);
      },
    }),
  });
  await agreed(socket, connection, 'secure', signal);
  const servername = 'servername' in socket && typeof socket.servername === 'string' ? socket.servername : '';
  return secured(socket, connection, servername);
}

function agreed(socket: TLSSocket, connection: Connection, event: 'secure' | 'secureConnect', signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      signal?.removeEventListener('abort', onAbort);
      socket.off(event, onAgreed);
      socket.off('error', onError);
      socket.off('close', onClose);
    };
    const fail = (code: string, message: string, cause?: unknown): void => {
      settle();
      socket.on('error', () => {});
      socket.destroy();
      connection.destroy();
      reject(new NetFault(code, `TLS with ${connection.remoteAddress || 'the peer'} failed: ${message}`, { cause }));
    };
    const onAgreed = (): void => {
      settle();
      resolve();
    };
    const onError = (cause: Error): void => fail('code' in cause && typeof cause.code === 'string' ? cause.code : 'EPROTO', cause.message, cause);
    const onClose = (): void => fail('ECONNRESET', 'the connection ended during the handshake');
    const onAbort = (): void => fail('ECANCELED', 'called off');
    socket.once(event, onAgreed);
    socket.once('error', onError);
    socket.once('close', onClose);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function secured(socket: TLSSocket, connection: Connection, servername: string): SecureConnection {
  const reason = socket.authorizationError;
  const cipher = socket.getCipher();
  const facts: TlsFacts = {
    protocol: socket.getProtocol() ?? '',
    cipher: cipher.standardName,
    isAuthorised: socket.authorized,
    reason: socket.authorized ? '' : reasonOf(reason),
    peerCertificate: socket.getPeerX509Certificate(),
    servername,
  };
  Object.defineProperty(socket, 'tls', { value: facts, enumerable: true });
  const secure = asConnection(socket, connection);
  if (!isSecure(secure)) throw new TypeError('a TLS socket would not keep its facts');
  return secure;
}

function isSecure<Stream extends Connection>(stream: Stream): stream is Stream & SecureConnection {
  return 'tls' in stream;
}

/** Typed as an Error, in fact mostly its code. */
function reasonOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (error instanceof Error) return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  return 'no certificate';
}

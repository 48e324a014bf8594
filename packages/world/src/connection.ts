/**
 * Makes a connection of a byte stream: fixes its addresses, and keeps a reset that nobody
 * watches from ending the process.
 */
import type { Duplex } from 'node:stream';
import type { Connection } from './net.ts';

export interface Addresses {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/**
 * The same stream as a `Connection`. It keeps its addresses when it closes, and an `error`
 * that nobody listens for is no crash: after it there is always a `close`, and that is what
 * sessions watch.
 */
export function asConnection<Stream extends Duplex>(stream: Stream, addresses: Addresses): Stream & Connection {
  stream.on('error', () => {});
  for (const name of ['remoteAddress', 'remotePort', 'localAddress', 'localPort'] as const) {
    Object.defineProperty(stream, name, { value: addresses[name], configurable: true, enumerable: true });
  }
  if (!isConnection(stream)) throw new TypeError('a stream would not keep its addresses');
  return stream;
}

function isConnection<Stream extends Duplex>(stream: Stream): stream is Stream & Connection {
  return 'remoteAddress' in stream && typeof stream.remoteAddress === 'string'
    && 'remotePort' in stream && typeof stream.remotePort === 'number'
    && 'localAddress' in stream && typeof stream.localAddress === 'string'
    && 'localPort' in stream && typeof stream.localPort === 'number';
}

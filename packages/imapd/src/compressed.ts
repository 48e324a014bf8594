/**
 * A connection whose octets are compressed on the wire. RFC 4978 (COMPRESS=DEFLATE).
 *
 * What is written leaves at once: each write ends with a flush. Neither side is read faster than
 * somebody takes it, so a small packet that unpacks to much fills no memory.
 */
import { Duplex } from 'node:stream';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';
import type { Connection } from '@posthorn/world/net.ts';

/** Octets that are unpacked at a time. */
const CHUNK_OCTETS = 16 * 1024;

/** From here on `connection` belongs to what is returned, and closes with it. */
export function compressed(connection: Connection): Connection {
  // RFC 4978 §4: the client has to see the whole of an answer.
  const deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH, chunkSize: CHUNK_OCTETS });
  const inflate = createInflateRaw({ flush: constants.Z_SYNC_FLUSH, chunkSize: CHUNK_OCTETS });
  const stream = Duplex.from({ readable: inflate, writable: deflate });
  deflate.pipe(connection);
  connection.pipe(inflate);
  const end = (): void => {
    for (const one of [connection, deflate, inflate, stream]) one.destroy();
  };
  connection.on('close', end);
  stream.on('close', end);
  // Octets that cannot be unpacked: there is no telling where sense begins again.
  for (const one of [stream, inflate, deflate]) one.on('error', end);
  const { remoteAddress, remotePort, localAddress, localPort } = connection;
  return Object.assign(stream, { remoteAddress, remotePort, localAddress, localPort });
}

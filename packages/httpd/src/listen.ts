/**
 * Puts the API on a port or on a unix socket that only its owner can open.
 *
 * The store's lock says that no other server uses this data folder, so a socket that is
 * still there was left by one that is gone.
 */
import { chmod, lstat, unlink } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Endpoint } from '@posthorn/world/net.ts';
import { NetFault } from '@posthorn/world/net.ts';

/** What can be put on a port: a Fastify application, or a server that has none yet. */
export interface Listens {
  readonly server: Pick<FastifyInstance['server'], 'address'>;
  ready(): PromiseLike<unknown>;
  listen(at: { readonly host: string; readonly port: number } | { readonly path: string }): Promise<unknown>;
}

/** The endpoint with its real port. Throws `NetFault`; its code is for example EADDRINUSE. */
export async function listenApi(app: Listens, at: Endpoint): Promise<Endpoint> {
  await app.ready();
  try {
    if ('path' in at) return await listenOnSocket(app, at.path);
    await app.listen({ host: at.host, port: at.port });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'EUNKNOWN';
    throw new NetFault(code, `cannot listen on ${'path' in at ? at.path : `${at.host}:${at.port}`}`, { cause });
  }
  const bound = app.server.address();
  return typeof bound === 'object' && bound !== null ? { host: at.host, port: bound.port } : at;
}

async function listenOnSocket(app: Listens, path: string): Promise<Endpoint> {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isSocket() === true) await unlink(path);
  // Nobody else may connect even before the mode is set.
  const before = process.umask(0o077);
  try {
    await app.listen({ path });
  } finally {
    process.umask(before);
  }
  await chmod(path, 0o600);
  return { path };
}

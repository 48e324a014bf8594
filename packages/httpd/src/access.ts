/**
 * The one place that decides whether a request is let in. What is not public is refused
 * unless something here says otherwise.
 *
 * A page on the web may make its reader's browser call us on loopback, even under a name of
 * its own that resolves to 127.0.0.1 (DNS rebinding): so where there is no token, the Host
 * has to be one of ours, and a foreign Origin is refused. We never send CORS headers.
 * RFC 6750 §2.1 (bearer tokens), RFC 9110 §7.2 (Host), RFC 6454 §7 (Origin).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseIp } from '@posthorn/world/ip.ts';
import { sendProblem } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For everyone: health, metrics, the first page. */
    readonly isPublic?: boolean;
  }
}

/** Who may use what is not public. */
export type Access =
  /** Everyone who can connect: the control socket, `dev` on loopback, the process itself. */
  | 'open'
  /** Nobody: an http listener without a token. */
  | 'closed'
  /** Who knows it. */
  | { readonly token: string };

export interface AccessOptions {
  readonly access: Access;
  /**
   * Names by which we may be called, besides IP addresses and localhost; `any` on a unix
   * socket or where other machines are meant to come in. Checked unless there is a token.
   */
  readonly hostNames: 'any' | readonly string[];
}

export function guard(app: FastifyInstance, { access, hostNames }: AccessOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    // What is not there is 404 for everyone; it says nothing.
    if (request.is404) return undefined;
    if (typeof access === 'string') {
      const refusal = misdirection(request, hostNames);
      if (refusal !== undefined) return sendProblem(reply, refusal);
    }
    if (request.routeOptions.config.isPublic === true || access === 'open') return undefined;
    return access === 'closed' ? refuseClosed(reply) : checkToken(request, reply, access.token);
  });
}

function misdirection(request: FastifyRequest, hostNames: AccessOptions['hostNames']): { status: number; detail: string } | undefined {
  const { host } = request.headers;
  // Old probes send no Host (RFC 1945); browsers always do.
  if (hostNames !== 'any' && host !== undefined && !isOurs(hostOf(host), hostNames)) {
    return { status: 421, detail: 'This server does not go by that name. Use its IP address, or localhost.' };
  }
  const { origin } = request.headers;
  // `null` is what sandboxed pages and files send.
  if (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host) {
    return { status: 403, detail: 'Pages of other sites may not use this server.' };
  }
  return undefined;
}

function isOurs(host: string, hostNames: readonly string[]): boolean {
  return parseIp(host) !== undefined || host === 'localhost' || host.endsWith('.localhost') || hostNames.includes(host);
}

/** Without port and brackets, in lower case. */
function hostOf(header: string): string {
  return header.toLowerCase().replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function refuseClosed(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, { status: 403, detail: 'The API is closed on this listener: set [http] token in the configuration, or use the control socket.' });
}

function checkToken(request: FastifyRequest, reply: FastifyReply, token: string): FastifyReply | undefined {
  const given = /^Bearer +([\w.~+/=-]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (given !== undefined && isSame(given, token)) return undefined;
  return sendProblem(reply.header('www-authenticate', 'Bearer realm="posthorn"'), { status: 401, detail: 'A bearer token is needed here.' });
}

/** In a time that says nothing of where they differ, or how long the token is. */
function isSame(given: string, token: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}

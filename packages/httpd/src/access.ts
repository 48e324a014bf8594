/**
 * The one place that decides whether a request is let in, and as whom. What is not public is
 * for administrators, unless its route says that it is for readers too.
 *
 * A page on the web may make its reader's browser call us on loopback, even under a name of
 * its own that resolves to 127.0.0.1 (DNS rebinding): so where no token is needed, the Host
 * has to be one of ours, and a foreign Origin is refused; the latter also where a cookie says
 * who it is. We never send CORS headers.
 * RFC 6750 §2.1 (bearer tokens), RFC 9110 §7.2 (Host), RFC 6454 §7 (Origin).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Account } from '@posthorn/store/accounts.ts';
import { parseIp } from '@posthorn/world/ip.ts';
import { sendProblem } from './problem.ts';
import type { Problem } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For everyone: health, metrics, the first page. */
    readonly isPublic?: boolean;
    /** For whoever signed in as well, who sees their own mail only. */
    readonly isForReaders?: boolean;
  }
  interface FastifyRequest {
    /** Set for every request that was let in past what is public. */
    principal: Principal;
  }
}

/** Whose request it is. */
export type Principal =
  /** May do all, and sees the letters of all. */
  | { readonly kind: 'administrator' }
  | { readonly kind: 'reader'; readonly account: Account }
  | { readonly kind: 'anybody' };

/** Who may use what is not public, besides those who signed in. */
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

export interface GuardOptions extends AccessOptions {
  /** Who sent these cookies. */
  readonly whoSignedIn: (cookies: string | undefined) => Account | undefined;
}

type Verdict = { readonly principal: Principal } | { readonly refusal: Problem; readonly isChallenge?: boolean };

export function guard(app: FastifyInstance, options: GuardOptions): void {
  app.decorateRequest('principal');
  app.addHook('onRequest', async (request) => {
    request.principal = NOBODY;
  });
  app.addHook('onRequest', async (request, reply) => {
    // What is not there is 404 for everyone; it says nothing.
    if (request.is404) return undefined;
    const verdict = judge(request, options);
    if ('refusal' in verdict) {
      if (verdict.isChallenge === true) reply.header('www-authenticate', 'Bearer realm="posthorn"');
      return sendProblem(reply, verdict.refusal);
    }
    request.principal = verdict.principal;
    return undefined;
  });
}

const NOBODY: Principal = { kind: 'anybody' };
const ADMINISTRATOR: Principal = { kind: 'administrator' };

function judge(request: FastifyRequest, { access, hostNames, whoSignedIn }: GuardOptions): Verdict {
  const refusal = typeof access === 'string' ? misdirection(request, hostNames) : undefined;
  if (refusal !== undefined) return { refusal };
  const { isPublic = false, isForReaders = false } = request.routeOptions.config;
  if (access === 'open') return { principal: ADMINISTRATOR };
  if (typeof access === 'object' && isBearer(request, access.token)) return { principal: ADMINISTRATOR };
  const account = whoSignedIn(request.headers.cookie);
  if (account !== undefined && (isForReaders || isPublic)) {
    // The browser sends the cookie whoever asks; only our own pages may.
    const foreign = foreignOrigin(request);
    return foreign === undefined ? { principal: { kind: 'reader', account } } : { refusal: foreign };
  }
  if (isPublic) return { principal: NOBODY };
  if (account !== undefined) return { refusal: { status: 403, detail: 'That is for administrators.' } };
  if (isForReaders) return { refusal: { status: 401, detail: 'Sign in first.' }, isChallenge: access !== 'closed' };
  return access === 'closed'
    ? { refusal: { status: 403, detail: 'The API is closed on this listener: set [http] token in the configuration, or use the control socket.' } }
    : { refusal: { status: 401, detail: 'A bearer token is needed here.' }, isChallenge: true };
}

function misdirection(request: FastifyRequest, hostNames: AccessOptions['hostNames']): Problem | undefined {
  const { host } = request.headers;
  // Old probes send no Host (RFC 1945); browsers always do.
  if (hostNames !== 'any' && host !== undefined && !isOurs(hostOf(host), hostNames)) {
    return { status: 421, detail: 'This server does not go by that name. Use its IP address, or localhost.' };
  }
  return foreignOrigin(request);
}

function foreignOrigin({ headers: { origin, host } }: FastifyRequest): Problem | undefined {
  // `null` is what sandboxed pages and files send.
  if (origin === undefined || origin.replace(/^https?:\/\//, '') === host) return undefined;
  return { status: 403, detail: 'Pages of other sites may not use this server.' };
}

function isOurs(host: string, hostNames: readonly string[]): boolean {
  return parseIp(host) !== undefined || host === 'localhost' || host.endsWith('.localhost') || hostNames.includes(host);
}

/** Without port and brackets, in lower case. */
function hostOf(header: string): string {
  return header.toLowerCase().replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function isBearer(request: FastifyRequest, token: string): boolean {
  const given = /^Bearer +([\w.~+/=-]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  return given !== undefined && isSame(given, token);
}

/** In a time that says nothing of where they differ, or how long the token is. */
function isSame(given: string, token: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}

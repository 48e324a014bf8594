/**
 * Who are you: LOGIN and AUTHENTICATE. RFC 9051 §6.2.2, §6.2.3; RFC 4959 (SASL-IR); RFC 8437 (UNAUTHENTICATE).
 */
import { continuation } from '@posthorn/imap/response.ts';
import { createSaslServer } from '@posthorn/directory/sasl/server.ts';
import type { SaslStep } from '@posthorn/directory/sasl/exchange.ts';
import { capabilityCode, mechanismsOf } from '../capabilities.ts';
import type { Exchange, KnownExchange } from '../exchange.ts';
import { type Reply, bad, no, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

export async function login(exchange: Exchange, { user, password }: CommandNamed<'LOGIN'>): Promise<Reply> {
  const { session } = exchange;
  if (!session.isLoginAllowed) return privacyRequired();
  const { directory } = session.services;
  return conclude(exchange, await directory.login({ user, password, remoteAddress: session.wire.remoteAddress }));
}

export async function authenticate(exchange: Exchange, { mechanism, initialResponse }: CommandNamed<'AUTHENTICATE'>): Promise<Reply> {
  const { session } = exchange;
  if (!session.isLoginAllowed) return privacyRequired();
  if (!mechanismsOf(session).includes(mechanism.toUpperCase())) return no('CANNOT', 'That mechanism is not offered');
  const { directory, random } = session.services;
  const sasl = createSaslServer(mechanism, { directory, random, remoteAddress: session.wire.remoteAddress });
  if (sasl === undefined) return no('CANNOT', 'That mechanism is not offered');
  const first = initialResponse === undefined ? undefined : fromBase64(initialResponse === '=' ? '' : initialResponse);
  if (initialResponse !== undefined && first === undefined) return bad('That is not base64');
  let step = await sasl.step(first);
  while (step.kind === 'challenge') {
    const response = await ask(exchange, step.data);
    if (response.kind !== 'response') return bad(response.kind === 'cancelled' ? 'Cancelled' : 'That is not base64');
    step = await sasl.step(response.data);
  }
  return conclude(exchange, step);
}

type Response = { readonly kind: 'response'; readonly data: Buffer } | { readonly kind: 'cancelled' | 'garbled' };

async function ask({ session, out, peer }: Exchange, challenge: Buffer): Promise<Response> {
  out.write(continuation(challenge.toString('base64')));
  peer.expectLine();
  const heard = await peer.hear(session.services.limits.loginMs);
  // The server closes: whoever is about to log in may as well do so elsewhere.
  if (heard.kind === 'woken') return { kind: 'cancelled' };
  if (heard.kind !== 'line') throw new Error(`a ${heard.kind} instead of a SASL response`);
  // RFC 9051 §6.2.2: a lone asterisk takes it back.
  if (heard.text === '*') return { kind: 'cancelled' };
  const data = fromBase64(heard.text);
  return data === undefined ? { kind: 'garbled' } : { kind: 'response', data };
}

/** RFC 8437: as before the login, but for what protects the wire. */
export async function unauthenticate({ session, peer, account }: KnownExchange): Promise<Reply> {
  session.services.log.info({ account: account.address }, 'imap logged off');
  session.forget();
  peer.distrust();
  peer.speak(session.dialect);
  return ok('Who is there?', capabilityCode(session));
}

async function conclude({ session, peer }: Exchange, step: Exclude<SaslStep, { kind: 'challenge' }>): Promise<Reply> {
  const { log, clock, limits } = session.services;
  switch (step.kind) {
    case 'welcome':
      session.welcome(step.account);
      peer.trust();
      log.info({ account: step.account.address, tls: session.wire.isSecure }, 'imap login');
      return ok('Welcome', capabilityCode(session));
    case 'malformed':
      session.loginFailed();
      return bad('That is not what the mechanism foresees');
    case 'throttled':
    case 'refused':
      session.loginFailed();
      log.info({ remote: session.wire.remoteAddress, reason: step.kind }, 'imap login failed');
      // Who guesses passwords shall take time; the connection alone waits.
      await new Promise<void>((resolve) => { clock.deadline(limits.loginFailureDelayMs, resolve); });
      return step.kind === 'refused'
        ? no('AUTHENTICATIONFAILED', 'Wrong name or password')
        : no('UNAVAILABLE', 'Too many failed logins; try again later');
    default: return step satisfies never;
  }
}

/** RFC 5530 §3. */
function privacyRequired(): Reply {
  return no('PRIVACYREQUIRED', 'Passwords are taken under TLS only: begin with STARTTLS');
}

function fromBase64(text: string): Buffer | undefined {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/**
 * A SASL exchange as SMTP AUTH and IMAP AUTHENTICATE both drive it: response in, step out.
 *
 * Framing (base64, `334 `, `+ `, cancelling with `*`) belongs to the protocol; octets here are
 * already decoded. RFC 4422 §3, RFC 4954 §4, RFC 9051 §6.2.2.
 */
import type { Account } from '@posthorn/store/accounts.ts';
import type { Random } from '@posthorn/world/random.ts';
import type { Directory } from '../directory.ts';

export interface SaslOptions {
  readonly directory: Directory;
  /** Canonical IP address of the client, for throttling. */
  readonly remoteAddress: string;
  readonly random: Random;
}

export type SaslStep =
  /** Send this (it may be empty) and bring the answer to `step`. */
  | { readonly kind: 'challenge'; readonly data: Buffer }
  | { readonly kind: 'welcome'; readonly account: Account }
  /** Wrong name or password; nothing says which. */
  | { readonly kind: 'refused' }
  /** Too many failures: temporary. */
  | { readonly kind: 'throttled' }
  /** Not what the mechanism foresees at this point. */
  | { readonly kind: 'malformed' };

/** One exchange; after anything but a challenge it is over, and further steps are malformed. */
export interface SaslServer {
  /** The client's response; undefined to begin without an initial response. An empty one is a Buffer of length 0. */
  step(response: Buffer | undefined): Promise<SaslStep>;
}

export type SaslMechanism = 'SCRAM-SHA-256' | 'PLAIN' | 'LOGIN';

/** What we speak, best first, in the order to advertise. */
export const SASL_MECHANISMS: readonly SaslMechanism[] = ['SCRAM-SHA-256', 'PLAIN', 'LOGIN'];

/** No honest response is longer. */
export const RESPONSE_OCTETS_MAX = 8192;

/** A part of an exchange waiting for the client: what it makes of the response. */
export type Turn = (response: Buffer) => Promise<Answered> | Answered;

/** A step, and what is to be done with the response to it. */
export interface Answered {
  readonly step: SaslStep;
  readonly next?: Turn;
}

export const MALFORMED: Answered = { step: { kind: 'malformed' } };

/** Ends an exchange with what the directory said. */
export function ended(step: SaslStep): Answered {
  return { step };
}

export function challenged(data: string, next: Turn): Answered {
  return { step: { kind: 'challenge', data: Buffer.from(data) }, next };
}

/** UTF-8 without NUL; undefined for anything else. */
export function utf8(octets: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

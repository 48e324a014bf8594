/**
 * What the wire asks of a session: the wire speaks SMTP, the session decides.
 *
 * A session lives as long as a connection knows the same about its client: after STARTTLS
 * there is a new one (RFC 3207 §4.2). The wire keeps order (RFC 5321 §4.1.4): `mail` before
 * `rcpt` before `data`, one letter at a time. Three sessions stand behind this interface:
 * `mx.ts`, `submission.ts`, `lmtp.ts`.
 */
import type { SaslServer } from '@posthorn/directory/sasl/exchange.ts';
import type { Address } from '@posthorn/mail/address.ts';
import type { EnvelopeRecipient, SmtpEnvelope } from '@posthorn/mail/envelope.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { Answer, Reply } from './reply.ts';

/** Who is at the other end, as far as is known now. */
export interface Client {
  /** The listener's name: `smtp`, `submission`, `lmtp` … */
  readonly listener: string;
  /** The connection's id, for log and ledger. */
  readonly session: string;
  /** Canonical; empty on a unix socket. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** What it calls itself; empty before HELO. */
  readonly helo: string;
  /** How it greeted. */
  readonly greeting: 'HELO' | 'EHLO' | 'LHLO';
  readonly tls: { readonly protocol: string; readonly cipher: string } | undefined;
}

/** MAIL, as far as it stands by itself. */
export type Sender = Omit<SmtpEnvelope, 'recipients'>;

/** How AUTH is offered now. */
export interface Authentication {
  /** In the order to advertise. */
  readonly mechanisms: readonly string[];
  /** Undefined for a mechanism that is not offered. */
  begin(mechanism: string): SaslServer | undefined;
  /** The exchange ended well. */
  welcome(account: Account): void;
}

export interface Session {
  /** What becomes of bare CR, bare LF and NUL in a letter: it is refused, or it is put right. */
  readonly lineEndings: 'refused' | 'normalised';
  /** `after-tls`: once there is TLS. `never`: AUTH is unknown here. `done`: someone is logged in. */
  authentication(): Authentication | 'after-tls' | 'never' | 'done';
  mail(sender: Sender): Answer;
  /** `so far`: those accepted already. */
  rcpt(recipient: EnvelopeRecipient, sender: Sender, soFar: readonly EnvelopeRecipient[]): Answer;
  /** What `<Postmaster>` without a domain means here (RFC 5321 §4.5.1). */
  postmaster(): Address;
  /** A letter comes in. */
  receive(envelope: SmtpEnvelope): LetterIntake;
}

/** A letter coming in. Used to its end: `finish` or `discard`, once. */
export interface LetterIntake {
  /** Octets of the content, dots and line endings put right. */
  write(chunk: Buffer): void | Promise<void>;
  /** The final dot: one reply, or one for each recipient in the envelope's order (LMTP, RFC 2033 §4.2). */
  finish(facts: ContentFacts): Promise<readonly Reply[]>;
  /** Oversized, malformed, or the client is gone. */
  discard(): Promise<void>;
  /** After `finish`: another octet came from the client, so it may have heard the reply. */
  heard?(): void;
  /** After `finish`: the connection ended before another octet came from the client, so it may not have heard the reply. */
  unheard?(): void;
}

/** What the wire noticed about the content while it read it. */
export interface ContentFacts {
  /** Octets over 127 are among it. */
  readonly isEightBit: boolean;
}

/** Makes a session for a client that has just connected, or just begun TLS. */
export type OpenSession = (client: Client) => Session;

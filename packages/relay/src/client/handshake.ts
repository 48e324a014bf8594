/**
 * From the connection to the point where mail can be sent: greeting, EHLO, STARTTLS, AUTH.
 *
 * RFC 5321 §3.1, §3.2, §4.1.1.1; RFC 3207 (STARTTLS); RFC 4954 (AUTH).
 */
import type { ClientStage, Dialogue } from './dialogue.ts';
import { type Extensions, extensionsOf } from './extensions.ts';
import { type Reply, replyText } from './reply.ts';
import { chooseSasl, type Credentials, type SaslClient } from './sasl.ts';

export interface HandshakeOptions {
  /** Our name, or an address literal (RFC 5321 §4.1.4). */
  readonly hostname: string;
  readonly tls:
    /** In clear, even if more is offered: after TLS failed. */
    | 'never'
    /** If offered; in clear otherwise. */
    | 'opportunistic'
    | 'required'
    /** It was there before the greeting (RFC 8314 §3). */
    | 'implicit';
  readonly credentials?: Credentials;
  /** For SASL; needed with credentials. */
  readonly nonce: string;
}

export class Handshake {
  readonly #dialogue: Dialogue;
  readonly #options: HandshakeOptions;
  #isSecure: boolean;
  #greeting: 'EHLO' | 'HELO' = 'EHLO';
  #extensions: Extensions = extensionsOf({ code: 250, lines: [] }, 'HELO');
  /** Why it goes on in clear although STARTTLS was offered. */
  #tlsRefusal: Reply | undefined;

  constructor(dialogue: Dialogue, options: HandshakeOptions) {
    this.#dialogue = dialogue;
    this.#options = options;
    this.#isSecure = options.tls === 'implicit';
    dialogue.expect('banner', (reply) => {
      if (reply.code === 220) this.#hello();
      else this.#refused('banner', reply);
    });
  }

  get extensions(): Extensions {
    return this.#extensions;
  }

  /** TLS is up: RFC 3207 §4.2, all that was said before is forgotten. */
  secured(): void {
    this.#isSecure = true;
    this.#hello();
  }

  #hello(): void {
    this.#dialogue.command('ehlo', `${this.#greeting} ${this.#options.hostname}`, { onReply: (reply) => this.#onHello(reply) });
  }

  #onHello(reply: Reply): void {
    if (reply.code === 250) {
      this.#extensions = extensionsOf(reply, this.#greeting);
      this.#onExtensions();
    } else if (reply.code >= 500 && this.#greeting === 'EHLO') {
      // RFC 5321 §3.2: a host that knows no EHLO may know HELO.
      this.#greeting = 'HELO';
      this.#hello();
    } else this.#refused('ehlo', reply);
  }

  #onExtensions(): void {
    const { tls } = this.#options;
    const isWanted = !this.#isSecure && tls !== 'never' && this.#tlsRefusal === undefined;
    if (isWanted && this.#extensions.hasStartTls) {
      this.#dialogue.command('starttls', 'STARTTLS', { onReply: (reply) => this.#onStartTls(reply) });
    } else if (tls === 'required' && !this.#isSecure) {
      this.#dialogue.fail({ stage: 'starttls', why: 'tls', text: 'The host does not offer STARTTLS, which is required' });
    } else this.#logIn();
  }

  #onStartTls(reply: Reply): void {
    if (reply.code === 220) {
      if (this.#dialogue.hasReadAhead) this.#dialogue.fail({ stage: 'starttls', why: 'malformed', text: 'The host went on in clear text after STARTTLS' });
      else this.#dialogue.act({ kind: 'secure' });
    } else if (this.#options.tls === 'required') this.#refused('starttls', reply);
    else {
      // RFC 3207 §4: whether to go on in clear is the client's to decide; opportunistic means yes.
      this.#tlsRefusal = reply;
      this.#logIn();
    }
  }

  #logIn(): void {
    const { credentials, nonce } = this.#options;
    if (credentials === undefined) {
      this.#dialogue.act({ kind: 'ready' });
      return;
    }
    const sasl = chooseSasl({ offered: this.#extensions.mechanisms, credentials, nonce });
    if (sasl === undefined) {
      this.#dialogue.fail({ stage: 'auth', why: 'auth', text: 'The host offers no way to log in that we know' });
      return;
    }
    // RFC 4954 §4: an empty initial response is written `=`.
    const first = sasl.first === undefined ? '' : ` ${sasl.first.toString('base64') || '='}`;
    this.#dialogue.command('auth', `AUTH ${sasl.mechanism}${first}`, { onReply: (reply) => this.#onAuth(sasl, reply) });
  }

  #onAuth(sasl: SaslClient, reply: Reply): void {
    if (reply.code === 235) {
      if (sasl.isComplete) this.#dialogue.act({ kind: 'ready' });
      else this.#dialogue.fail({ stage: 'auth', why: 'auth', reply, text: 'The host did not prove that it knows the password' });
      return;
    }
    if (reply.code !== 334) {
      this.#refused('auth', reply);
      return;
    }
    const answer = sasl.answer(Buffer.from(replyText(reply), 'base64'));
    if (answer === undefined) {
      this.#dialogue.fail({ stage: 'auth', why: 'auth', reply, text: 'The host asked something that makes no sense while logging in' });
      return;
    }
    this.#dialogue.command('auth', answer.toString('base64'), { onReply: (next) => this.#onAuth(sasl, next) });
  }

  /** A refusal by 4xx or 5xx; anything else is no answer to what we said. */
  #refused(stage: ClientStage, reply: Reply): void {
    this.#dialogue.fail({ stage, why: reply.code >= 400 ? 'reply' : 'malformed', reply, text: replyText(reply) });
  }
}

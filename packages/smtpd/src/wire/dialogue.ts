/**
 * The commands that lead to a letter, in their order, and those that change little.
 *
 * What they say is decided by the session; what is kept between them is the transaction.
 * Knows nothing of sockets. RFC 5321 §4.1.4 (order), §3.3 (the transaction), RFC 2033 (LMTP).
 */
import type { EnvelopeRecipient, SmtpEnvelope } from '@posthorn/mail/envelope.ts';
import { after, type Answer, isPositive, type Reply, reply } from '../reply.ts';
import type { Client, Sender, Session } from '../session.ts';
import { readMail, readRcpt } from './arguments.ts';
import type { Conduct } from './conduct.ts';
import type { WireOptions } from './options.ts';
import { type Staging, UNSAID } from './staging.ts';
import { greetingLines, NOT_IMPLEMENTED, WORDS } from './words.ts';

/** What is known of a client changes as it speaks. */
export type ClientState = { -readonly [Key in keyof Client]: Client[Key] };

interface Transaction {
  readonly sender: Sender;
  readonly recipients: EnvelopeRecipient[];
  /** RCPTs, accepted or not. */
  asked: number;
}

export interface DialogueParts {
  readonly options: WireOptions;
  readonly client: ClientState;
  readonly staging: Staging;
  readonly conduct: Conduct;
}

export class Dialogue {
  readonly #parts: DialogueParts;
  #session: Session;
  #transaction: Transaction | undefined;

  constructor(parts: DialogueParts) {
    this.#parts = parts;
    this.#session = parts.options.sessions(parts.client);
  }

  get session(): Session {
    return this.#session;
  }

  get isInTransaction(): boolean {
    return this.#transaction !== undefined;
  }

  /** RFC 3207 §4.2: after the handshake nothing is known that was said before. */
  beginAnew(): void {
    const { options, client } = this.#parts;
    client.helo = '';
    this.#transaction = undefined;
    this.#session = options.sessions(client);
  }

  hello(text: string): Reply {
    const { options: { hostname, limits, tls }, client, conduct } = this.#parts;
    const [verb = '', name = '', ...more] = text.split(/ +/);
    if (conduct.idle()) return WORDS.tiresome;
    // The syntax of the name is not held against anyone (RFC 5321 §4.1.4); its length is.
    if (name === '' || more.length > 0 || name.length > 255) return WORDS.badGreeting;
    const greeting = verb.toUpperCase();
    client.helo = name;
    client.greeting = greeting === 'EHLO' || greeting === 'LHLO' ? greeting : 'HELO';
    this.#transaction = undefined;
    if (greeting === 'HELO') return reply(250, '', hostname);
    return reply(250, '', greetingLines({
      hostname,
      messageOctetsMax: limits.messageOctetsMax,
      isTlsOffered: tls !== undefined && client.tls === undefined,
      authentication: this.#session.authentication(),
    }));
  }

  mail(text: string): Answer {
    const { options: { limits }, staging, conduct } = this.#parts;
    if (this.#transaction !== undefined) return WORDS.nestedMail;
    if (conduct.idle()) return WORDS.tiresome;
    const known = this.#session.authentication();
    const read = readMail(text, { messageOctetsMax: limits.messageOctetsMax, isAuthKnown: known !== 'never' && known !== 'after-tls' });
    if (read.kind === 'refused') return read.reply;
    const sender = read.value;
    return after(staging.play('mail', sender, () => this.#session.mail(sender)), (said) => {
      // Only an accepted MAIL leaves anything behind.
      if (isPositive(said) && said !== UNSAID) this.#transaction = { sender, recipients: [], asked: 0 };
    });
  }

  rcpt(text: string): Answer {
    const { options: { limits }, staging, conduct } = this.#parts;
    const transaction = this.#transaction;
    if (transaction === undefined) return WORDS.needMail;
    const { sender, recipients } = transaction;
    transaction.asked += 1;
    const read = readRcpt(text, { isSmtpUtf8: sender.isSmtpUtf8, postmaster: () => this.#session.postmaster() });
    if (read.kind === 'refused') return read.reply;
    // RFC 5321 §4.5.3.1.10: those accepted so far stand.
    if (recipients.length >= limits.recipientsMax) return WORDS.tooManyRecipients;
    const recipient = read.value;
    const about = { reversePath: sender.reversePath, recipient: recipient.address };
    return after(staging.play('rcpt', about, () => this.#session.rcpt(recipient, sender, recipients)), (said) => {
      if (isPositive(said) && said !== UNSAID) recipients.push(recipient);
      else if (said.code >= 500 && conduct.refusedRecipient()) return WORDS.tooManyRefused;
      return said;
    });
  }

  /** After `goAhead` the envelope is whole: `envelope()`. */
  data(text: string): Answer {
    const { options: { protocol }, staging } = this.#parts;
    const transaction = this.#transaction;
    if (transaction === undefined) return WORDS.needMail;
    if (text.length > 4) return WORDS.badArguments;
    // RFC 5321 §3.3: 503 or 554 when no recipient was accepted; RFC 2033 §4.2 wants 503.
    if (transaction.recipients.length === 0) {
      return transaction.asked > 0 && protocol === 'smtp' ? WORDS.noRecipients : WORDS.needRcpt;
    }
    return staging.play('data', { ...transaction.sender, recipients: transaction.recipients }, () => WORDS.goAhead);
  }

  envelope(): SmtpEnvelope | undefined {
    return this.#transaction && { ...this.#transaction.sender, recipients: this.#transaction.recipients };
  }

  /** The letter has its reply. */
  concluded(): void {
    this.#transaction = undefined;
  }

  /** Commands that change little. */
  other(verb: string, text: string): Reply {
    if (NOT_IMPLEMENTED.has(verb)) return WORDS.notImplemented;
    if (this.#parts.conduct.idle()) return WORDS.tiresome;
    switch (verb) {
      case 'RSET':
        this.#transaction = undefined;
        return WORDS.ok;
      case 'NOOP':
        return WORDS.ok;
      case 'HELP':
        return WORDS.help;
      case 'VRFY':
        return /^VRFY +\S/i.test(text) ? WORDS.cannotVerify : WORDS.badArguments;
      default:
        return WORDS.unknownCommand;
    }
  }
}

/**
 * The SMTP client machine: octets of the other host in, what to do next out.
 *
 * Pure: no socket, clock or randomness. Its caller carries out the actions in order, feeds
 * what it reads, and says when the connection was cut or took too long (`stage` tells what
 * is awaited, so how long that may take).
 */
import type { TransactionRequest } from './commands.ts';
import { type ClientAction, type ClientStage, Dialogue, type DialogueFailure } from './dialogue.ts';
import type { Extensions } from './extensions.ts';
import { Handshake, type HandshakeOptions } from './handshake.ts';
import type { Reply } from './reply.ts';
import { Transaction, type TransactionOutcome } from './transaction.ts';

type Actions = readonly ClientAction[];

/** Why its caller ends a dialogue. */
export type CutReason = 'cut' | 'timeout' | 'called-off' | 'tls' | 'content';

const CUTS: Readonly<Record<CutReason, string>> = {
  cut: 'The connection was cut',
  timeout: 'The host took too long to answer',
  'called-off': 'We were told to stop',
  tls: 'TLS could not be agreed on',
  content: 'The letter could not be read',
};

export class SmtpClient {
  readonly #dialogue = new Dialogue();
  readonly #handshake: Handshake;
  #transaction: Transaction | undefined;
  #transactions = 0;

  constructor(options: HandshakeOptions) {
    this.#handshake = new Handshake(this.#dialogue, options);
  }

  get stage(): ClientStage {
    return this.#dialogue.stage;
  }

  get extensions(): Extensions {
    return this.#handshake.extensions;
  }

  get failure(): DialogueFailure | undefined {
    return this.#dialogue.failure;
  }

  get isOver(): boolean {
    return this.#dialogue.isOver;
  }

  /** Transactions begun so far. */
  get transactions(): number {
    return this.#transactions;
  }

  /** How the last transaction went. */
  get outcome(): TransactionOutcome | undefined {
    return this.#transaction?.outcome;
  }

  receive(octets: Buffer): Actions {
    this.#dialogue.receive(octets);
    const { failure } = this.#dialogue;
    if (failure?.stage === 'body' && failure.why === 'reply' && failure.reply !== undefined && failure.reply.code !== 421) {
      this.#transaction?.refusedEarly(failure.reply);
    }
    return this.#dialogue.take();
  }

  /** TLS is up, as the action `secure` asked. */
  secured(): Actions {
    this.#handshake.secured();
    return this.#dialogue.take();
  }

  /** Goes on as if the other host had answered `reply` to a command, which was not sent. */
  answer(id: number, reply: Reply): Actions {
    this.#dialogue.answer(id, reply);
    return this.#dialogue.take();
  }

  /** Begins a transaction; only when ready, and the one before is done. */
  begin(request: TransactionRequest): Actions {
    if (this.isOver || this.stage !== 'idle') throw new Error(`no transaction can begin at ${this.stage}`);
    const isDirty = this.#transaction !== undefined && !this.#transaction.isClean;
    this.#transaction = new Transaction(this.#dialogue, request, this.extensions);
    this.#transactions += 1;
    this.#transaction.begin(isDirty);
    return this.#dialogue.take();
  }

  /** The letter is out, dot-stuffed; `isAtLineStart`: it ended with a line end. */
  contentSent(isAtLineStart: boolean): Actions {
    this.#transaction?.contentSent(isAtLineStart ? '.' : '\r\n.');
    return this.#dialogue.take();
  }

  quit(): Actions {
    this.#dialogue.command('quit', 'QUIT', { onReply: () => this.#dialogue.end() });
    return this.#dialogue.take();
  }

  /** The connection ended, or was given up. */
  cut(why: CutReason, detail = ''): Actions {
    this.#dialogue.fail({ stage: this.stage, why, text: detail === '' ? CUTS[why] : `${CUTS[why]}: ${detail}` });
    return this.#dialogue.take();
  }
}

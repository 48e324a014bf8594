/**
 * One mail transaction: MAIL, RCPT for each recipient, DATA, the letter, its final dot.
 *
 * With PIPELINING the commands go out together (RFC 2920 §3.1); the answers mean the same.
 * RFC 5321 §3.3, §4.2.5; §4.5.3.1.10 (too many recipients).
 */
import { statusOfReply } from '@posthorn/mail/status.ts';
import { mailCommand, rcptCommand, type TransactionRequest } from './commands.ts';
import type { ClientStage, Dialogue, DialogueFailure } from './dialogue.ts';
import type { Extensions } from './extensions.ts';
import { type Reply, replyText } from './reply.ts';

/** What the host said about one recipient: by its code, 2xx took responsibility, 4xx not now, 5xx never. */
export interface RecipientAnswer {
  readonly stage: ClientStage;
  readonly reply: Reply;
  /** It would take no more recipients in this transaction, but this one in another. */
  readonly isTooMany: boolean;
}

export interface TransactionOutcome {
  /** In the order of the request; undefined where the dialogue ended before an answer. */
  readonly answers: readonly (RecipientAnswer | undefined)[];
  /** Why it ended early. */
  readonly failure?: DialogueFailure;
  /** The final dot was sent: where no answer came, the host may have taken the letter. */
  readonly isDotSent: boolean;
  /** Anything at all was heard since it began. */
  readonly isHeard: boolean;
}

export class Transaction {
  readonly #dialogue: Dialogue;
  readonly #request: TransactionRequest;
  readonly #extensions: Extensions;
  readonly #answers: (RecipientAnswer | undefined)[];
  readonly #accepted = new Set<number>();
  #mailReply: Reply | undefined;
  #isDotSent = false;
  #isHeard = false;
  #isClean = false;

  constructor(dialogue: Dialogue, request: TransactionRequest, extensions: Extensions) {
    this.#dialogue = dialogue;
    this.#request = request;
    this.#extensions = extensions;
    this.#answers = request.recipients.map(() => undefined);
  }

  /** `isDirty`: the one before left something at the host that RSET has to clear. */
  begin(isDirty: boolean): void {
    if (isDirty) this.#dialogue.command('rset', 'RSET', { onReply: (reply) => this.#onRset(reply) });
    this.#dialogue.command('mail', mailCommand(this.#request, this.#extensions), { onReply: (reply) => this.#onMail(reply) });
    if (!this.#extensions.hasPipelining) return;
    for (const index of this.#request.recipients.keys()) this.#sendRecipient(index);
    this.#sendData();
  }

  get outcome(): TransactionOutcome {
    const { failure } = this.#dialogue;
    return {
      answers: this.#answers,
      ...(failure === undefined ? {} : { failure }),
      isDotSent: this.#isDotSent,
      isHeard: this.#isHeard,
    };
  }

  /** The host has nothing of it left: another may begin without RSET. */
  get isClean(): boolean {
    return this.#isClean;
  }

  /** The letter is out; `end` is what closes it. */
  contentSent(end: string): void {
    this.#dialogue.resume();
    this.#isDotSent = true;
    this.#dialogue.command('data-end', end, { onReply: (reply) => this.#onFinal(reply) });
  }

  /** An answer to the letter before it was all sent: the dialogue is over, but this much is known. */
  refusedEarly(reply: Reply): void {
    this.#answerAll('body', reply);
  }

  #onRset(reply: Reply): void {
    this.#isHeard = true;
    if (reply.code !== 250) this.#confused('rset', reply);
  }

  #onMail(reply: Reply): void {
    this.#isHeard = true;
    this.#mailReply = reply;
    if (isConfusing(reply)) this.#confused('mail', reply);
    else if (reply.code >= 400) {
      for (const index of this.#answers.keys()) this.#answers[index] = { stage: 'mail', reply, isTooMany: false };
      if (!this.#extensions.hasPipelining) this.#finish(true);
    } else if (!this.#extensions.hasPipelining) this.#sendRecipient(0);
  }

  #sendRecipient(index: number): void {
    const recipient = this.#request.recipients[index];
    if (recipient === undefined) {
      if (this.#accepted.size > 0) this.#sendData();
      else this.#finish(false);
      return;
    }
    this.#dialogue.command('rcpt', rcptCommand(recipient, this.#extensions), {
      recipient: recipient.address,
      onReply: (reply) => this.#onRecipient(index, reply),
    });
  }

  #onRecipient(index: number, reply: Reply): void {
    if (isConfusing(reply)) {
      this.#confused('rcpt', reply);
      return;
    }
    // After a refused MAIL the host only says that RCPT comes out of turn.
    if (this.#isMailAccepted) {
      if (reply.code < 300) this.#accepted.add(index);
      else this.#answers[index] = { stage: 'rcpt', reply, isTooMany: this.#accepted.size > 0 && saysTooMany(reply) };
    }
    if (!this.#extensions.hasPipelining) this.#sendRecipient(index + 1);
  }

  #sendData(): void {
    this.#dialogue.command('data', 'DATA', { onReply: (reply) => this.#onData(reply) });
  }

  #onData(reply: Reply): void {
    if (reply.code === 354) {
      if (this.#accepted.size > 0) this.#dialogue.act({ kind: 'content' });
      // RFC 2920 §3.1: the host would take a letter for nobody; it gets an empty one.
      else this.#dialogue.command('data-end', '.', { onReply: () => this.#finish(true) });
    } else if (reply.code < 400) this.#confused('data', reply);
    else {
      this.#answerAll('data', reply);
      this.#finish(false);
    }
  }

  #onFinal(reply: Reply): void {
    if (isConfusing(reply)) {
      this.#confused('data-end', reply);
      return;
    }
    this.#answerAll('data-end', reply);
    this.#finish(true);
  }

  get #isMailAccepted(): boolean {
    return this.#mailReply !== undefined && this.#mailReply.code < 300;
  }

  /** What the host says of the letter, it says of all recipients it accepted. */
  #answerAll(stage: ClientStage, reply: Reply): void {
    for (const index of this.#accepted) this.#answers[index] = { stage, reply, isTooMany: false };
  }

  #finish(isClean: boolean): void {
    this.#isClean = isClean;
    this.#dialogue.act({ kind: 'done' });
  }

  #confused(stage: ClientStage, reply: Reply): void {
    this.#dialogue.fail({ stage, why: 'malformed', reply, text: `Out of place: ${reply.code} ${replyText(reply)}` });
  }
}

/** 3xx where only yes or no makes sense. */
function isConfusing(reply: Reply): boolean {
  return reply.code >= 300 && reply.code < 400;
}

/** RFC 5321 §4.5.3.1.10: 452, and 552 from hosts that follow RFC 821; unless the status says it is the mailbox. */
function saysTooMany(reply: Reply): boolean {
  if (reply.code !== 452 && reply.code !== 552) return false;
  const { subject, detail } = statusOfReply(reply.code, replyText(reply));
  return (subject === 5 && detail === 3) || (subject === 3 && detail === 1) || (subject === 0 && detail === 0);
}

/**
 * One attempt at an errand: host by host, transaction by transaction.
 */
import type { Outcome } from '@posthorn/queue/courier.ts';
import type { Errand, SpooledRecipient } from '@posthorn/store/spool.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { TransactionRecipient, TransactionRequest } from './client/commands.ts';
import type { DialogueFailure } from './client/dialogue.ts';
import type { TransactionOutcome } from './client/transaction.ts';
import type { OpenFailure, SmtpConnection } from './connection.ts';
import type { HostAddress } from './mx.ts';
import { isBeyondAscii, Needs, type ReadLetter, TLS_LACK } from './needs.ts';
import { hostDetail, lackTrouble, outcomeOf, outcomeOfTroubles, passing, type Trouble, troubleOf } from './outcomes.ts';
import type { Pool } from './pool.ts';
import type { Target } from './target.ts';

export interface AttemptOptions {
  readonly errand: Errand;
  readonly signal: AbortSignal;
  readonly pool: Pool;
  readonly log: Log;
  readonly readLetter: ReadLetter;
  /** The hosts carry all our mail, whomever it is for. */
  readonly isSmarthost: boolean;
  /** In one transaction. */
  readonly recipientsMax: number;
}

export class Attempt {
  readonly #options: AttemptOptions;
  readonly #needs: Needs;
  readonly #outcomes = new Map<number, Outcome>();
  /** By recipient: what was wrong with the hosts tried so far. */
  readonly #troubles = new Map<number, Trouble[]>();

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#needs = new Needs(options.errand.letter, options.readLetter);
  }

  /** Every recipient has its answer, or we were told to stop. */
  get isOver(): boolean {
    return this.#options.signal.aborted || this.#pending.length === 0;
  }

  /** One for each recipient: answers, what kept us from asking, or that we did not come to it. `ms`: how long it took. */
  outcomes(ms: number): readonly Outcome[] {
    return this.#options.errand.recipients.map((recipient) => {
      const { index, kind, remark, detail } = this.#outcomeOf(recipient);
      return { index, kind, remark, detail: { ...detail, ms } };
    });
  }

  #outcomeOf(recipient: SpooledRecipient): Outcome {
    const { index } = recipient;
    const outcome = this.#outcomes.get(index);
    if (outcome !== undefined) return outcome;
    if (!this.#options.signal.aborted) return outcomeOfTroubles(recipient, this.#troubles.get(index) ?? []);
    return { index, kind: 'untried', remark: { code: 0, status: '4.3.2', text: 'We were told to stop', host: '' }, detail: {} };
  }

  /** Gives one host the recipients that have no answer yet. */
  async tryHost(host: HostAddress, target: Target): Promise<void> {
    const { pool, signal } = this.#options;
    const lacking = new Set<number>();
    const todo = (): readonly SpooledRecipient[] => this.#pending.filter(({ index }) => !lacking.has(index));
    while (todo().length > 0 && !signal.aborted) {
      const acquired = await pool.acquire(target, signal);
      if (acquired.kind === 'failed') {
        this.#trouble(todo(), this.#openTrouble(acquired.failure, host));
        return;
      }
      const by = { host, connection: acquired.connection };
      try {
        for (const { index } of await this.#lackedBy(by, todo())) lacking.add(index);
        const batch = todo().slice(0, this.#options.recipientsMax);
        if (batch.length === 0) return;
        const outcome = await this.#send(by.connection, batch);
        // A kept connection that died while it rested says nothing about the host.
        if (isStale(outcome) && !acquired.isFresh) continue;
        this.#note(outcome, batch, by);
        if (outcome.failure !== undefined) {
          this.#trouble(todo(), troubleOf(outcome.failure, host, by.connection));
          return;
        }
      } finally {
        pool.release(by.connection);
      }
    }
  }

  #openTrouble(failure: OpenFailure, host: HostAddress): Trouble {
    const trouble = troubleOf(failure, host);
    if (failure.why === 'tls' && this.#options.errand.letter.isTlsRequired) {
      const { status, text } = TLS_LACK;
      return { ...trouble, isPermanent: true, remark: { code: 0, status, text: `${text}: ${trouble.remark.text}`, host: '' } };
    }
    // What keeps us from our own smarthost is never the letter's fault.
    return this.#options.isSmarthost ? passing(trouble) : trouble;
  }

  get #pending(): readonly SpooledRecipient[] {
    return this.#options.errand.recipients.filter(({ index }) => !this.#outcomes.has(index));
  }

  /** Notes, and answers, whose letter this host cannot take as it is. */
  async #lackedBy({ host, connection }: By, recipients: readonly SpooledRecipient[]): Promise<readonly SpooledRecipient[]> {
    const lacked: SpooledRecipient[] = [];
    for (const recipient of recipients) {
      const lack = await this.#needs.lack(connection.extensions, { recipient, isTlsVerified: connection.tls?.isAuthorised ?? false });
      if (lack === undefined) continue;
      lacked.push(recipient);
      this.#trouble([recipient], lackTrouble(lack, host, connection));
    }
    return lacked;
  }

  #send(connection: SmtpConnection, batch: readonly SpooledRecipient[]): Promise<TransactionOutcome> {
    const { errand: { letter }, readLetter, signal } = this.#options;
    const isInternational = batch.some(({ address }) => isBeyondAscii(address)) || isBeyondAscii(letter.reversePath ?? '');
    const request: TransactionRequest = {
      reversePath: letter.reversePath,
      recipients: batch.map(transactionRecipient),
      isEightBit: letter.body !== '7BIT',
      isSmtpUtf8: letter.isSmtpUtf8 || isInternational,
      isTlsRequired: letter.isTlsRequired,
      ...(letter.envelopeId === undefined ? {} : { envelopeId: letter.envelopeId }),
      ...(letter.ret === undefined ? {} : { ret: letter.ret }),
      octets: this.#needs.octets,
    };
    return connection.send({ request, content: () => readLetter(letter), signal });
  }

  #note(outcome: TransactionOutcome, batch: readonly SpooledRecipient[], by: By): void {
    for (const [at, recipient] of batch.entries()) {
      const answer = outcome.answers[at];
      // One too many for that transaction stays pending for the next.
      if (answer !== undefined && !answer.isTooMany) this.#outcomes.set(recipient.index, outcomeOf(recipient, answer, by));
      else if (answer === undefined && outcome.failure !== undefined && endsHere(outcome, outcome.failure)) {
        const { remark, detail } = troubleOf(outcome.failure, by.host, by.connection);
        this.#outcomes.set(recipient.index, { index: recipient.index, kind: 'deferred', remark, detail });
      }
    }
    const { failure } = outcome;
    if (failure === undefined) return;
    const facts = { ...hostDetail(by.host), letter: this.#options.errand.letter.letter, stage: failure.stage, why: failure.why, text: failure.text };
    if (failure.why === 'content') this.#options.log.error(facts, 'letter could not be read');
    else this.#options.log.info(facts, 'dialogue ended early');
  }

  #trouble(recipients: readonly SpooledRecipient[], trouble: Trouble): void {
    for (const { index } of recipients) this.#troubles.set(index, [...this.#troubles.get(index) ?? [], trouble]);
  }
}

interface By {
  readonly host: HostAddress;
  readonly connection: SmtpConnection;
}

function isStale({ failure, isHeard, isDotSent }: TransactionOutcome): boolean {
  return failure !== undefined && !isHeard && !isDotSent;
}

/**
 * Whether no other host may be asked in this attempt: this one may have taken the letter
 * (RFC 5321 §4.2.5, §6.1), or we could not read it ourselves.
 */
function endsHere({ isDotSent }: TransactionOutcome, failure: DialogueFailure): boolean {
  return isDotSent || failure.why === 'content';
}

function transactionRecipient({ address, notify, originalRecipient }: SpooledRecipient): TransactionRecipient {
  return {
    address,
    ...(notify === undefined ? {} : { notify }),
    ...(originalRecipient === undefined ? {} : { originalRecipient }),
  };
}

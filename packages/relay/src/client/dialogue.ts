/**
 * The bare dialogue of an SMTP client: commands out, replies in, each to its command.
 *
 * Pure: octets in, actions out. Keeps the order of replies when commands are pipelined
 * (RFC 2920), and knows the few things that may happen at any time: 421 (RFC 5321 §3.8),
 * an unexpected reply, a cut. What is said, and why, is `handshake.ts` and `transaction.ts`.
 */
import { type Reply, ReplyReader, replyText } from './reply.ts';

/** What the other side is expected to answer next. `idle`: nothing. `body`: we are sending the letter. */
export type ClientStage =
  | 'banner' | 'ehlo' | 'starttls' | 'tls' | 'auth'
  | 'idle' | 'rset' | 'mail' | 'rcpt' | 'data' | 'body' | 'data-end' | 'quit';

/** Why a dialogue ended before its time. */
export interface DialogueFailure {
  readonly stage: ClientStage;
  readonly why:
    /** The other side said so. */
    | 'reply'
    /** What it said is no reply, or no reply to what we said. */
    | 'malformed'
    | 'cut' | 'timeout' | 'called-off'
    /** The letter itself could not be read on our side. */
    | 'content'
    /** TLS is required and not offered, or not agreed on. */
    | 'tls'
    /** We have to log in and cannot. */
    | 'auth';
  readonly reply?: Reply;
  readonly text: string;
}

export type ClientAction =
  /** Write one command. Several in a row may go out in one segment. `id` is for `SmtpClient.answer`. */
  | { readonly kind: 'send'; readonly stage: ClientStage; readonly octets: Buffer; readonly id: number; readonly recipient?: string }
  /** Begin TLS on the connection, then call `secured`. Nothing was read ahead. */
  | { readonly kind: 'secure' }
  /** Stream the letter, dot-stuffed but without its final dot; then call `contentSent`. */
  | { readonly kind: 'content' }
  /** Logged in and greeted: a transaction may begin. */
  | { readonly kind: 'ready' }
  /** The transaction is over; `SmtpClient.outcome` says how. */
  | { readonly kind: 'done' }
  /** The dialogue is over: close. */
  | { readonly kind: 'over' };

type OnReply = (reply: Reply) => void;

interface Expectation {
  readonly id: number;
  readonly stage: ClientStage;
  readonly onReply: OnReply;
  /** Decided on our side; the command never went out. */
  answer?: Reply;
}

export class Dialogue {
  readonly #reader = new ReplyReader();
  readonly #expected: Expectation[] = [];
  #actions: ClientAction[] = [];
  #failure: DialogueFailure | undefined;
  #isOver = false;
  #nextId = 0;
  /** What is going on when no reply is expected. */
  #pause: 'idle' | 'tls' | 'body' = 'idle';

  get stage(): ClientStage {
    return this.#expected[0]?.stage ?? this.#pause;
  }

  get failure(): DialogueFailure | undefined {
    return this.#failure;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What is to be done, in order; each action is handed out once. */
  take(): readonly ClientAction[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  command(stage: ClientStage, line: string, { onReply, recipient }: { readonly onReply: OnReply; readonly recipient?: string }): void {
    if (this.#isOver) return;
    const id = this.expect(stage, onReply);
    const octets = Buffer.from(`${line}\r\n`, 'utf8');
    this.#actions.push({ kind: 'send', stage, octets, id, ...(recipient === undefined ? {} : { recipient }) });
  }

  /** Awaits a reply to something that was not a command: the connection, the letter. */
  expect(stage: ClientStage, onReply: OnReply): number {
    this.#nextId += 1;
    this.#expected.push({ id: this.#nextId, stage, onReply });
    return this.#nextId;
  }

  act(action: Exclude<ClientAction, { kind: 'send' | 'over' }>): void {
    if (this.#isOver) return;
    if (action.kind === 'content') this.#pause = 'body';
    else if (action.kind === 'secure') this.#pause = 'tls';
    else this.#pause = 'idle';
    this.#actions.push(action);
  }

  /** The letter is out. */
  resume(): void {
    this.#pause = 'idle';
  }

  receive(octets: Buffer): void {
    this.#reader.push(octets);
    for (;;) {
      this.#settleAnswered();
      if (this.#isOver) return;
      const reply = this.#reader.next();
      if (reply === undefined) return;
      if (reply === 'malformed') this.fail({ stage: this.stage, why: 'malformed', text: 'What came is not a reply' });
      else this.#handle(reply);
    }
  }

  /** Takes `reply` for the answer to a command that was not sent. */
  answer(id: number, reply: Reply): void {
    const expectation = this.#expected.find((one) => one.id === id);
    if (expectation !== undefined) expectation.answer = reply;
    this.#settleAnswered();
  }

  /** RFC 3207 §4.2: what came in clear before TLS is nobody's, and a reason not to go on. */
  get hasReadAhead(): boolean {
    return !this.#reader.isEmpty;
  }

  fail(failure: DialogueFailure): void {
    if (this.#isOver) return;
    this.#failure = failure;
    this.end();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#expected.length = 0;
    this.#actions = this.#actions.filter(({ kind }) => kind !== 'send');
    this.#actions.push({ kind: 'over' });
  }

  #settleAnswered(): void {
    for (let first = this.#expected[0]; first?.answer !== undefined && !this.#isOver; first = this.#expected[0]) this.#handle(first.answer);
  }

  #handle(reply: Reply): void {
    const { stage } = this;
    // RFC 5321 §3.8: 421 may answer any command, or come unasked; the host closes after it.
    if (reply.code === 421) {
      this.fail({ stage, why: 'reply', reply, text: replyText(reply) });
      return;
    }
    const expectation = this.#expected.shift();
    if (expectation === undefined) {
      // A refusal while the letter goes out is an answer to it; anything else unasked is confusion.
      const why = this.#pause === 'body' && reply.code >= 400 ? 'reply' : 'malformed';
      this.fail({ stage, why, reply, text: replyText(reply) });
      return;
    }
    expectation.onReply(reply);
  }
}

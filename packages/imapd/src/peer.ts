/**
 * What the client says, event by event, and how long we wait for it.
 *
 * Whatever we have to say is sent before we wait, so the answers to pipelined commands
 * leave in one write.
 */
import { AFTER_LOGIN, BEFORE_LOGIN, CommandReader, type ReaderEvent } from '@posthorn/imap/command-reader.ts';
import type { Tongue } from '@posthorn/imap/cursor.ts';
import { continuation } from '@posthorn/imap/response.ts';
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import type { Connection } from '@posthorn/world/net.ts';
import { Farewell } from './farewell.ts';
import { Inlet } from './inlet.ts';
import { type Outlet, PeerGone } from './outlet.ts';

export type Heard =
  | Exclude<ReaderEvent, { readonly kind: 'continue' | 'too-long' }>
  /** `wake` was called, by us. */
  | { readonly kind: 'woken' };

export class Peer {
  readonly #inlet: Inlet;
  readonly #out: Outlet;
  readonly #clock: Clock;
  readonly #reader = new CommandReader();
  #interrupt: ((why: 'silent' | 'woken') => void) | undefined;
  #isWoken = false;
  /** The client holds its literal back until it hears `+`. */
  #isLiteralHeldBack = false;

  constructor(connection: Connection, { out, clock }: { readonly out: Outlet; readonly clock: Clock }) {
    this.#inlet = new Inlet(connection);
    this.#out = out;
    this.#clock = clock;
  }

  /**
   * The next event that is not ours to deal with. Throws `Farewell` when it is not whole
   * `withinMs`, or larger than we take; `PeerGone` when the peer has closed.
   */
  async hear(withinMs: Milliseconds): Promise<Heard> {
    const until = this.#clock.monotonic() + withinMs;
    for (;;) {
      const event = this.#reader.next();
      if (event?.kind === 'continue') this.#out.write(continuation(event.text));
      else if (event !== undefined) {
        if (event.kind === 'too-long') throw new Farewell('That command is too long');
        if (event.kind === 'append-step' && event.step.step === 'literal') this.#isLiteralHeldBack = event.step.isSynchronizing;
        return event;
      } else {
        await this.#out.flush();
        const chunk = await this.#wait(until - this.#clock.monotonic());
        if (chunk === 'woken') return { kind: 'woken' };
        if (chunk === 'silent') throw new Farewell('You were silent for too long');
        if (chunk === 'gone') throw new PeerGone('the peer has closed');
        this.#reader.push(chunk);
      }
    }
  }

  /** Ends the wait that is under way, or the next one, with `woken`. */
  wake(): void {
    this.#isWoken = true;
    this.#interrupt?.('woken');
  }

  /** The next line is no command. */
  expectLine(): void {
    this.#reader.expectLine();
  }

  /** Answers the step `literal`; its octets are heard next. */
  acceptLiteral(): void {
    if (this.#isLiteralHeldBack) this.#out.write(continuation('go ahead'));
    this.#reader.acceptLiteral();
  }

  /** Of the APPEND under way nothing more is heard, should it come all the same. */
  refuseAppend(): void {
    this.#reader.refuseAppend();
  }

  /** The client is known: it may say more at a time. */
  trust(): void {
    this.#reader.setLimits(AFTER_LOGIN);
  }

  /** Nobody is known any more. */
  distrust(): void {
    this.#reader.setLimits(BEFORE_LOGIN);
  }

  /** What the client has enabled holds from its next command on. */
  speak(tongue: Tongue): void {
    this.#reader.setTongue(tongue);
  }

  /** What was sent ahead is not listened to. */
  forget(): void {
    this.#inlet.forget();
  }

  /** Lets go of the wire. Nothing more is heard. */
  release(): void {
    this.#inlet.release();
  }

  async #wait(ms: Milliseconds): Promise<Buffer | 'silent' | 'gone' | 'woken'> {
    if (this.#isWoken) {
      this.#isWoken = false;
      return 'woken';
    }
    const interrupted = new Promise<'silent' | 'woken'>((resolve) => { this.#interrupt = resolve; });
    const timer = this.#clock.deadline(Math.max(0, ms), () => { this.#interrupt?.('silent'); });
    const what = await Promise.race([this.#inlet.read(), interrupted]);
    timer.cancel();
    this.#interrupt = undefined;
    if (what === 'woken') this.#isWoken = false;
    return what ?? 'gone';
  }
}

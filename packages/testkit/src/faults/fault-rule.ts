/**
 * What a test wants to go wrong: when, how often, and how.
 *
 * `mail.fault.on({ rcpt: /@slow\.test$/ }).times(2).reply('451 4.7.1 greylisted')`
 */
import type { FaultAction, FaultOccasion, FaultStage, FaultyCertificate } from '@posthorn/world/fault.ts';
import { type Duration, milliseconds } from '../duration.ts';

/** All that is given must be so. Without a stage it is told by what is given: `rcpt`, else `mail`, else `connect`. */
export interface FaultMatch {
  readonly stage?: FaultStage;
  /** The sender of the envelope; empty for `<>`. */
  readonly from?: string | RegExp;
  /** The recipient at RCPT; one of them at `data`, `body` and `data-end`. */
  readonly rcpt?: string | RegExp;
  /** IP address of the client. */
  readonly client?: string | RegExp;
  /** Which host it happens at: the post office (`localhost`), or an MX of the world. */
  readonly host?: string | RegExp;
  /** `receiving`, by default: what a host says. `sending`: what happens to its own queue when it sends. */
  readonly side?: FaultOccasion['side'];
}

/** How a connection ends: in order, by a reset, or without anybody being told. */
export type Cut = 'drop' | 'reset' | 'hang';

const CUTS = { drop: 'close', reset: 'reset', hang: 'half-open' } as const;

export class FaultRule {
  readonly #match: FaultMatch;
  readonly #remove: () => void;
  readonly #actions: FaultAction[] = [];
  #first = 1;
  #last = Number.POSITIVE_INFINITY;
  #met = 0;

  constructor(match: FaultMatch, remove: () => void) {
    this.#match = match;
    this.#remove = remove;
  }

  /** How often its occasion has come, whether it acted or not. */
  get met(): number {
    return this.#met;
  }

  once(): this {
    return this.times(1);
  }

  /** The first `count` times. */
  times(count: number): this {
    this.#last = this.#first + count - 1;
    return this;
  }

  /** Only from the `n`-th time on; with `once`, only that time. */
  nth(n: number): this {
    this.#last += n - this.#first;
    this.#first = n;
    return this;
  }

  /** Answers in the host's place: `451 4.7.1 greylisted`. */
  reply(text: string): this {
    const match = /^([2-5]\d\d)[ -](.+)$/s.exec(text);
    if (match === null) throw new TypeError(`“${text}” is no SMTP reply; one is such as 451 4.7.1 greylisted`);
    return this.#add({ kind: 'reply', code: Number(match[1]), text: match[2] ?? '' });
  }

  /** Answers later. In real time; in the kit's where it is simulated. */
  delay(duration: Duration): this {
    return this.#add({ kind: 'delay', ms: milliseconds(duration) });
  }

  /** Takes the content no faster. */
  throttle(octetsPerSecond: number): this {
    return this.#add({ kind: 'throttle', octetsPerSecond });
  }

  /** Closes the connection instead of answering. */
  drop(): this {
    return this.#cut('drop', false);
  }

  /** Resets the connection instead of answering. */
  reset(): this {
    return this.#cut('reset', false);
  }

  /** Says nothing any more, and leaves the connection open. */
  hang(): this {
    return this.#cut('hang', false);
  }

  /** Shows another certificate in the handshake; for stage `starttls`. */
  certificate(which: FaultyCertificate): this {
    return this.#add({ kind: 'certificate', which });
  }

  /** Does what it should, then loses the reply: `accept().then('drop')`. */
  accept(): { then(how: Cut): FaultRule } {
    return {
      then: (how) => {
        // Someone awaits it, who has not said what is lost.
        if (!(how in CUTS)) throw new TypeError("say what happens then: accept().then('drop'), 'reset' or 'hang'");
        return this.#cut(how, true);
      },
    };
  }

  /** No more of it. */
  remove(): void {
    this.#remove();
  }

  /** The actions for an occasion of `host`; counts it. */
  ask(occasion: FaultOccasion, host: string): readonly FaultAction[] {
    if (this.#actions.length === 0 || !isMet(this.#match, occasion, host)) return [];
    this.#met += 1;
    return this.#met >= this.#first && this.#met <= this.#last ? this.#actions : [];
  }

  #cut(how: Cut, afterAccept: boolean): this {
    return this.#add({ kind: 'cut', how: CUTS[how], afterAccept });
  }

  #add(action: FaultAction): this {
    this.#actions.push(action);
    return this;
  }
}

function isMet(match: FaultMatch, occasion: FaultOccasion, host: string): boolean {
  const stage = match.stage ?? (match.rcpt === undefined ? match.from === undefined ? 'connect' : 'mail' : 'rcpt');
  const recipients = occasion.recipient === undefined ? occasion.recipients ?? [] : [occasion.recipient];
  return stage === occasion.stage
    && (match.side ?? 'receiving') === occasion.side
    && fits(match.from, occasion.sender)
    && (match.rcpt === undefined || recipients.some((recipient) => fits(match.rcpt, recipient)))
    && fits(match.client, occasion.remoteAddress)
    && fits(match.host, occasion.side === 'sending' ? occasion.host : host);
}

function fits(wanted: string | RegExp | undefined, text: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (text === undefined) return false;
  return typeof wanted === 'string' ? wanted.toLowerCase() === text.toLowerCase() : text.search(wanted) !== -1;
}

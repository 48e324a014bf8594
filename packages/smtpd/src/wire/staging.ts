/**
 * Asks the fault rules at each stage of a dialogue, and does what they say.
 *
 * In production there are no rules and nothing of this runs.
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import { type FaultAction, type FaultOccasion, type FaultRules, type FaultyCertificate, noFaults } from '@posthorn/world/fault.ts';
import { type Address, formatAddress } from '@posthorn/mail/address.ts';
import type { SmtpEnvelope } from '@posthorn/mail/envelope.ts';
import { parseStatus } from '@posthorn/mail/status.ts';
import { type Answer, reply, type Reply } from '../reply.ts';

type Cut = Extract<FaultAction, { readonly kind: 'cut' }>;

type StageName = FaultOccasion['stage'];

/** Of the letter under way, what is known at a stage. */
export interface About {
  readonly reversePath?: SmtpEnvelope['reversePath'];
  /** Of this RCPT. */
  readonly recipient?: Address;
  readonly recipients?: SmtpEnvelope['recipients'];
}

export interface StagingOptions {
  readonly rules: FaultRules;
  readonly clock: Clock;
  readonly listener: string;
  readonly remoteAddress: string;
  readonly localAddress: string;
  /** What the connection does when it is cut. */
  readonly cut: (how: Cut['how']) => void;
}

const NOTHING: readonly FaultAction[] = [];

/** Says nothing: the connection is gone, or pretends to be. */
export const UNSAID: Reply = reply(0, '', '');

export class Staging {
  readonly #options: StagingOptions;
  #octetsPerSecond: number | undefined;
  #certificate: FaultyCertificate | undefined;

  constructor(options: StagingOptions) {
    this.#options = options;
  }

  /** The ordinary course of a stage, unless a rule has something else in mind. */
  play(stage: StageName, about: About, act: () => Answer): Answer {
    const actions = this.#ask(stage, about);
    return actions.length === 0 ? act() : this.#suffer(actions, act);
  }

  /** A piece of a letter came in: waits as long as a throttle says; `about` with the first only. */
  async body(octets: number, about: About | undefined): Promise<void> {
    if (about !== undefined) await this.#suffer(this.#ask('body', about), () => UNSAID);
    if (this.#octetsPerSecond !== undefined) await this.#delay((octets / this.#octetsPerSecond) * 1000);
  }

  /** What a rule wants to be shown at the handshake. */
  get certificate(): FaultyCertificate | undefined {
    return this.#certificate;
  }

  get isAtWork(): boolean {
    return this.#options.rules !== noFaults;
  }

  #ask(stage: StageName, { reversePath, recipient, recipients }: About): readonly FaultAction[] {
    const { rules, listener, remoteAddress, localAddress } = this.#options;
    if (rules === noFaults) return NOTHING;
    return rules.ask({
      side: 'receiving', listener, remoteAddress, localAddress, stage,
      ...(reversePath === undefined ? {} : { sender: reversePath === null ? '' : formatAddress(reversePath) }),
      ...(recipient === undefined ? {} : { recipient: formatAddress(recipient) }),
      ...(recipients === undefined ? {} : { recipients: recipients.map(({ address }) => formatAddress(address)) }),
    });
  }

  async #suffer(actions: readonly FaultAction[], act: () => Answer): Promise<Reply> {
    for (const action of actions) {
      switch (action.kind) {
        case 'delay':
          await this.#delay(action.ms);
          break;
        case 'throttle':
          this.#octetsPerSecond = Math.max(1, action.octetsPerSecond);
          break;
        case 'certificate':
          this.#certificate = action.which;
          break;
        case 'reply':
          return faultyReply(action.code, action.text);
        case 'cut':
          if (action.afterAccept) await act();
          this.#options.cut(action.how);
          return UNSAID;
        default:
          action satisfies never;
      }
    }
    return act();
  }

  #delay(ms: Milliseconds): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.deadline(ms, resolve);
    });
  }
}

/** The status of a made-up reply: the one its text begins with, or just its class. */
function faultyReply(code: number, text: string): Reply {
  const [first = '', ...rest] = text.split(' ');
  if (parseStatus(first) !== undefined) return reply(code, first, rest.join(' '));
  const isWithStatus = code >= 400 || (code >= 200 && code < 300);
  return reply(code, isWithStatus ? `${Math.floor(code / 100)}.0.0` : '', text);
}

/**
 * Asks the fault rules at each stage of a dialogue, and does what they say.
 *
 * In production there are no rules and nothing of this runs.
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import { type FaultAction, type FaultOccasion, type FaultRules, type FaultyCertificate, noFaults } from '@posthorn/world/fault.ts';
import { formatAddress } from '@posthorn/mail/address.ts';
import type { SmtpEnvelope } from '@posthorn/mail/envelope.ts';
import { parseStatus } from '@posthorn/mail/status.ts';
import { type Answer, reply, type Reply } from '../reply.ts';

type Cut = Extract<FaultAction, { readonly kind: 'cut' }>;

export interface Stage {
  readonly stage: FaultOccasion['stage'];
  readonly sender?: string;
  readonly recipient?: string;
  readonly recipients?: readonly string[];
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

/** Who a letter is from and for, as rules know them. */
export function whoFrom({ reversePath, recipients }: Pick<SmtpEnvelope, 'reversePath'> & Partial<Pick<SmtpEnvelope, 'recipients'>>): Pick<Stage, 'sender' | 'recipients'> {
  return {
    sender: reversePath === null ? '' : formatAddress(reversePath),
    ...(recipients === undefined ? {} : { recipients: recipients.map(({ address }) => formatAddress(address)) }),
  };
}

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
  play(stage: Stage, act: () => Answer): Answer {
    const actions = this.#ask(stage);
    return actions.length === 0 ? act() : this.#suffer(actions, act);
  }

  /** A piece of a letter came in: waits as long as a throttle says; asks for stage `body` when `isFirst`. */
  async body(octets: number, stage: Stage | undefined): Promise<void> {
    if (stage !== undefined) await this.#suffer(this.#ask(stage), () => UNSAID);
    if (this.#octetsPerSecond !== undefined) await this.#delay((octets / this.#octetsPerSecond) * 1000);
  }

  /** What a rule wants to be shown at the handshake. */
  get certificate(): FaultyCertificate | undefined {
    return this.#certificate;
  }

  get isAtWork(): boolean {
    return this.#options.rules !== noFaults;
  }

  #ask(stage: Stage): readonly FaultAction[] {
    const { rules, listener, remoteAddress, localAddress } = this.#options;
    return rules === noFaults ? [] : rules.ask({ side: 'receiving', listener, remoteAddress, localAddress, ...stage });
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

/**
 * What goes wrong at the stages of dialogues: by chance, and because a host greylists.
 */
import type { FaultAction, FaultOccasion, FaultRules } from '@posthorn/world/fault.ts';
import type { Clock, EpochMs } from '@posthorn/world/clock.ts';
import type { Dice } from './dice.ts';

export interface MischiefOptions {
  readonly dice: Dice;
  readonly clock: Clock;
  readonly isGreylisting: boolean;
  /** Ends the host's program, now. */
  readonly crash: () => void;
}

const GREYLISTED_MS = 5 * 60_000;
const GREYLISTED: FaultAction = { kind: 'reply', code: 451, text: '4.7.1 Greylisted' };

export class Mischief implements FaultRules {
  readonly #options: MischiefOptions;
  readonly #seen = new Map<string, EpochMs>();
  /** How likely something goes wrong at a stage; 0 in peace. */
  chance = 0;

  constructor(options: MischiefOptions) {
    this.#options = options;
  }

  ask(occasion: FaultOccasion): readonly FaultAction[] {
    if (this.#hasToWait(occasion)) return [GREYLISTED];
    const { dice } = this.#options;
    return this.chance > 0 && dice.isLucky(this.chance) ? this.#draw(occasion) : [];
  }

  #hasToWait({ side, stage, listener, sender, recipient, remoteAddress }: FaultOccasion): boolean {
    const { isGreylisting, clock } = this.#options;
    if (!isGreylisting || side !== 'receiving' || stage !== 'rcpt' || listener !== 'smtp') return false;
    const who = `${remoteAddress} ${sender} ${recipient}`;
    const first = this.#seen.get(who) ?? clock.now();
    this.#seen.set(who, first);
    return clock.now() - first < GREYLISTED_MS;
  }

  #draw({ stage }: FaultOccasion): readonly FaultAction[] {
    const { dice, crash } = this.#options;
    switch (dice.pick(['reply', 'delay', 'cut', 'cut', 'crash'] as const)) {
      case 'reply': return [{ kind: 'reply', code: dice.pick([421, 450, 451, 452]), text: 'Not now' }];
      case 'delay': return [{ kind: 'delay', ms: dice.pick([10, 1000, 30_000]) }];
      case 'cut': return [{ kind: 'cut', how: dice.pick(['close', 'reset', 'half-open'] as const), afterAccept: dice.isLucky(stage === 'data-end' ? 0.8 : 0.3) }];
      case 'crash':
        crash();
        return [];
      default:
        throw new Error('the dice have no such side');
    }
  }
}

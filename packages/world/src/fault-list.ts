/**
 * Fault rules that a person writes while the server runs: what goes wrong, when, how often.
 *
 * For `dev`: refuse, delay, throttle or drop by stage and address, always or by chance. None at first.
 */
import type { FaultAction, FaultOccasion, FaultRules, FaultStage } from './fault.ts';
import type { Random } from './random.ts';

export interface ListedFault {
  readonly id: string;
  readonly stage: FaultStage;
  /** A part of the sender's or recipient's address, in any case; absent: any. */
  readonly sender?: string;
  readonly recipient?: string;
  readonly action: FaultAction;
  /** In percent. */
  readonly probability: number;
}

export class FaultList implements FaultRules {
  readonly #random: Random;
  #faults: readonly ListedFault[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  get faults(): readonly ListedFault[] {
    return this.#faults;
  }

  /** In the place of those before. */
  set(faults: readonly ListedFault[]): void {
    this.#faults = faults;
  }

  ask(occasion: FaultOccasion): readonly FaultAction[] {
    return this.#faults.filter((fault) => fault.stage === occasion.stage && holds(fault.sender, occasion.sender) && holds(fault.recipient, occasion.recipient)
      && (fault.probability >= 100 || this.#random.fraction() * 100 < fault.probability)).map(({ action }) => action);
  }
}

function holds(part: string | undefined, address: string | undefined): boolean {
  return part === undefined || (address?.toLowerCase().includes(part.toLowerCase()) ?? false);
}

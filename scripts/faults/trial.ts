/**
 * A trial: one way in which the world fails, what must hold all the same, and a control.
 *
 * A control is the same trial on a store that breaks a promise; it is good when it finds
 * something wrong, for a trial that cannot fail proves nothing.
 */

export interface Finding {
  /** What was tried, as a sentence about mail. */
  readonly title: string;
  /** Empty when it held. */
  readonly problems: readonly string[];
  /** Figures, and what it takes to see the same again. */
  readonly facts: Readonly<Record<string, string | number>>;
}

export interface TrialOptions {
  readonly seed: number;
  /** How much of it: states, kills, …; each trial has a short tier of its own. */
  readonly amount?: number;
  /** One of them only, to look at it again. */
  readonly only?: number;
  /** Where a long run keeps how far it came, so that it can go on. */
  readonly journal?: string;
}

export interface Trial {
  readonly name: string;
  readonly about: string;
  /** Tells each finding as it comes. */
  run(options: TrialOptions, tell: (finding: Finding) => void): Promise<void>;
}

/** A control's finding: what it found is its success. */
export function controlFinding(title: string, problems: readonly string[], facts: Finding['facts'] = {}): Finding {
  const [first] = problems;
  return { title, problems: first === undefined ? ['the control found nothing wrong: the trial proves nothing'] : [], facts: { ...facts, ...(first === undefined ? {} : { found: first }) } };
}

/**
 * All fault rules of a test, for every host of its world.
 */
import type { FaultAction, FaultRules } from '@posthorn/world/fault.ts';
import { type FaultMatch, FaultRule } from './fault-rule.ts';
import { MagicAddresses } from './magic.ts';

export class FaultBook {
  readonly #rules = new Set<FaultRule>();
  #magic = new MagicAddresses();

  /** A new rule; it does nothing before it is told what. */
  on(match: FaultMatch): FaultRule {
    if (Object.keys(match).length === 0) throw new TypeError("say when: on({ stage: 'connect' }), on({ rcpt: /@slow\\.test$/ })");
    const rule: FaultRule = new FaultRule(match, () => void this.#rules.delete(rule));
    this.#rules.add(rule);
    return rule;
  }

  /** Nothing goes wrong any more; magic addresses begin to count anew. */
  clear(): void {
    this.#rules.clear();
    this.#magic = new MagicAddresses();
  }

  /** As `host` asks. Older rules act first; one that answers or cuts is the last to act. */
  of(host: string): FaultRules {
    return {
      ask: (occasion) => {
        const actions: FaultAction[] = [];
        for (const rule of this.#rules) actions.push(...rule.ask(occasion, host));
        return [...actions, ...this.#magic.ask(occasion)];
      },
    };
  }
}

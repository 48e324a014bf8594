/**
 * What a deliverability check finds.
 */
import type { Letter } from '../letter/letter.ts';

export interface Finding {
  /** A word to allow it by: `line-length`, `one-click` … */
  readonly rule: string;
  /** Filters refuse or junk what has errors; a warning costs reputation. */
  readonly severity: 'error' | 'warning';
  /** One sentence: what is wrong, and by which rule. */
  readonly reason: string;
}

export interface DeliverabilityOptions {
  /** Sent to many: newsletters need one click out. By default, what has List-Unsubscribe, List-Id or Precedence: bulk. */
  readonly bulk?: boolean;
  /** Octets; 10 MB by default. */
  readonly sizeMax?: number;
  /** The IP address from which the application sends in production, for SPF. */
  readonly sendingAddress?: string;
  /** Rules that are not looked at. */
  readonly allow?: readonly string[];
}

export type Check = (letter: Letter, options: DeliverabilityOptions) => readonly Finding[];

export function error(rule: string, reason: string): Finding {
  return { rule, severity: 'error', reason };
}

export function warning(rule: string, reason: string): Finding {
  return { rule, severity: 'warning', reason };
}

/**
 * What the checks come to, in a word.
 */
import type { CheckGroup } from '../state/api.ts';

export interface Verdict {
  readonly level: 'good' | 'hint' | 'warning' | 'error';
  readonly text: string;
}

export function verdictOf(groups: readonly CheckGroup[]): Verdict {
  const count = (level: string): number => groups.reduce((sum, { items }) => sum + items.filter((item) => item.level === level).length, 0);
  const [errors, warnings] = [count('error'), count('warning')];
  if (errors > 0) return { level: 'error', text: String(errors + warnings) };
  return warnings > 0 ? { level: 'warning', text: String(warnings) } : { level: 'good', text: '✓' };
}

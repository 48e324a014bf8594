/**
 * Whether a letter would arrive: everything that can be told of it without sending it.
 */
import type { Letter } from '../letter/letter.ts';
import type { DeliverabilityOptions, Finding } from './finding.ts';
import { formChecks } from './form.ts';
import { hygieneChecks } from './hygiene.ts';

/** What is wrong with it, errors first; empty if nothing is. */
export async function findings(letter: Letter, options: DeliverabilityOptions = {}): Promise<readonly Finding[]> {
  const found = [...formChecks, ...hygieneChecks].flatMap((check) => check(letter, options));
  if (letter.resolver !== undefined) {
    const { alignment } = await import('./alignment.ts');
    found.push(...await alignment(letter, letter.resolver, options));
  }
  return found.filter(({ rule }) => options.allow?.includes(rule) !== true).toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

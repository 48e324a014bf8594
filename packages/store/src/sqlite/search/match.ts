/**
 * Makes of what is wanted the question that the index can answer.
 */
import type { Wanted } from '../../search.ts';
import { accountToken, gramQuery, type Place } from './grams.ts';

const EVERYWHERE: readonly Place[] = ['body', 'subject', 'from', 'to', 'other'];

/** Undefined: the index is of no help with this one. */
export function matchOf(wanted: Wanted): string | undefined {
  if (wanted.in !== 'text') return gramQuery(wanted.text, placeOf(wanted));
  const queries = EVERYWHERE.map((place) => gramQuery(wanted.text, place));
  return queries.includes(undefined) ? undefined : [...new Set(queries)].map((query) => `(${query ?? ''})`).join(' OR ');
}

/** What letters of an account may hold all of them; undefined if the index is of no help with any. */
export function matchAll(wanted: readonly Wanted[], account: number): string | undefined {
  const matches = wanted.flatMap((one) => matchOf(one) ?? []);
  if (matches.length === 0) return undefined;
  return [`"${accountToken(account)}"`, ...matches.map((match) => `(${match})`)].join(' AND ');
}

function placeOf(wanted: Exclude<Wanted, { readonly in: 'text' }>): Place {
  switch (wanted.in) {
    case 'body':
    case 'subject':
    case 'from':
      return wanted.in;
    case 'to':
    case 'cc':
    case 'bcc':
      return 'to';
    case 'field': return placeOfField(wanted.field.toLowerCase());
  }
}

/** Under which place the grams of a field are kept; `key` is its name in lower case. */
export function placeOfField(key: string): Exclude<Place, 'body'> {
  switch (key) {
    case 'subject':
    case 'from':
      return key;
    case 'to':
    case 'cc':
    case 'bcc':
      return 'to';
    default: return 'other';
  }
}

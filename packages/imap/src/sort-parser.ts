/**
 * Reads SORT and THREAD. RFC 5256 §5; RETURN is RFC 5267 §3 (ESORT); RFC 5957 (SORT=DISPLAY).
 */
import type { Command, SortCriterion } from './command.ts';
import type { Cursor } from './cursor.ts';
import { readCriteria, readReturns } from './search-parser.ts';

type Sort = Extract<Command, { readonly name: 'SORT' }>;
type Thread = Extract<Command, { readonly name: 'THREAD' }>;

/** Each of them, both ways. */
const CRITERIA_MAX = 18;
const KEYS: ReadonlyMap<string, SortCriterion['by']> = new Map(
  (['ARRIVAL', 'CC', 'DATE', 'FROM', 'SIZE', 'SUBJECT', 'TO', 'DISPLAYFROM', 'DISPLAYTO'] as const).map((by) => [by, by]),
);

export function readSort(cursor: Cursor): Omit<Sort, 'name' | 'isUid'> {
  cursor.space('criteria');
  let returns: Sort['returns'];
  if (cursor.isLetter) {
    if (cursor.word('RETURN') !== 'RETURN') cursor.refuse('Criteria are expected, in parentheses');
    cursor.space('options');
    returns = readReturns(cursor);
    cursor.space('criteria');
  }
  const criteria = cursor.list(() => readCriterion(cursor), { what: 'criteria', isEmptyAllowed: false, max: CRITERIA_MAX });
  return { criteria, ...readCriteria(cursor), ...(returns === undefined ? {} : { returns }) };
}

export function readThread(cursor: Cursor): Omit<Thread, 'name' | 'isUid'> {
  cursor.space('an algorithm');
  const algorithm = cursor.atom('an algorithm').toUpperCase();
  if (algorithm !== 'REFERENCES' && algorithm !== 'ORDEREDSUBJECT') return cursor.refuse('REFERENCES and ORDEREDSUBJECT are the algorithms here');
  return { algorithm, ...readCriteria(cursor) };
}

function readCriterion(cursor: Cursor): SortCriterion {
  let word = cursor.word('a criterion');
  const isReverse = word === 'REVERSE';
  if (isReverse) {
    cursor.space('a criterion');
    word = cursor.word('a criterion');
  }
  return { by: KEYS.get(word) ?? cursor.refuse('There is no such criterion'), isReverse };
}

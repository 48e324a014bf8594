/**
 * Whether a letter is what a query looks for.
 *
 * What costs (its header, its text) may be left out at first: the answer is `undefined` where
 * it depends on that, and whoever asked asks again with it.
 */
import { foldText } from './letter-query.ts';
import type { LetterFeature, LetterQuery, LetterState, TextField } from './letter-query.ts';

/** What is known of a letter. Texts are as people read them: decoded, not folded. */
export interface QueriedLetter {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: readonly string[];
  /** Addresses of the envelope: the sender, the recipients. */
  readonly envelope: readonly string[];
  readonly subject: string;
  readonly messageId: string;
  readonly filenames: readonly string[];
  /** Mailboxes with a copy: their names, and the addresses of their accounts. */
  readonly places: readonly string[];
  readonly tags: readonly string[];
  readonly states: ReadonlySet<LetterState>;
  readonly features: ReadonlySet<LetterFeature>;
  readonly octets: number;
  readonly at: number;
  /** Name in lower case, and value. */
  readonly header?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** True or false; undefined where header or body would decide. */
export function matchesLetter(query: LetterQuery, letter: QueriedLetter): boolean | undefined {
  switch (query.kind) {
    case 'all': return every(query.of, letter, false);
    case 'any': {
      const none = every(query.of, letter, true);
      return none === undefined ? undefined : !none;
    }
    case 'not': {
      const is = matchesLetter(query.of, letter);
      return is === undefined ? undefined : !is;
    }
    case 'text': return holdsText(letter, query.field, query.text);
    case 'header': return letter.header?.some(([name, value]) => name === query.name && foldText(value).includes(query.value));
    case 'tag': return letter.tags.some((tag) => foldText(tag) === query.tag);
    case 'is': return letter.states.has(query.state);
    case 'has': return letter.features.has(query.feature);
    case 'larger': return letter.octets > query.octets;
    case 'smaller': return letter.octets < query.octets;
    case 'before': return letter.at < query.at;
    case 'after': return letter.at >= query.at;
    default: return query satisfies never;
  }
}

/** Whether all hold; with `isReversed`, whether none does. */
function every(queries: readonly LetterQuery[], letter: QueriedLetter, isReversed: boolean): boolean | undefined {
  let verdict: boolean | undefined = true;
  for (const query of queries) {
    const is = matchesLetter(query, letter);
    if (is === isReversed) return false;
    if (is === undefined) verdict = undefined;
  }
  return verdict;
}

const LISTS: Readonly<Record<Exclude<TextField, 'anywhere' | 'body'>, (letter: QueriedLetter) => readonly string[]>> = {
  from: ({ from }) => from,
  to: ({ to }) => to,
  cc: ({ cc }) => cc,
  bcc: ({ bcc }) => bcc,
  'reply-to': ({ replyTo }) => replyTo,
  addressed: ({ from, to, cc, bcc, replyTo, envelope }) => [...from, ...to, ...cc, ...bcc, ...replyTo, ...envelope],
  subject: ({ subject }) => [subject],
  filename: ({ filenames }) => filenames,
  'message-id': ({ messageId }) => [messageId],
  in: ({ places }) => places,
};

function holdsText(letter: QueriedLetter, field: TextField, text: string): boolean | undefined {
  const isIn = (texts: readonly string[]): boolean => texts.some((one) => foldText(one).includes(text));
  const isInBody = (): boolean | undefined => (letter.body === undefined ? undefined : isIn([letter.body]));
  if (field === 'body') return isInBody();
  if (field === 'anywhere') return isIn([letter.subject, ...LISTS.addressed(letter)]) || isIn(letter.filenames) || isInBody();
  if (field === 'in') return letter.places.some((place) => foldText(place) === text);
  return isIn(LISTS[field](letter));
}

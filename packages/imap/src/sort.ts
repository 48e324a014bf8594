/**
 * The order of messages by what SORT asks. RFC 5256 §2.2 and §3; RFC 5957 (DISPLAYFROM, DISPLAYTO).
 *
 * What an order needs of a message is taken out of its row once; sorting compares that alone.
 */
import { decodeWords } from '@posthorn/mail/encoded-word.ts';
import { foldCase } from '@posthorn/mail/fold-case.ts';
import type { ListedAddress, MessageEnvelope } from '@posthorn/mail/message-envelope.ts';
import { baseSubject } from './base-subject.ts';
import type { SortCriterion } from './command.ts';

/** What is needed of a store's row, by the same names. */
export interface SortRow {
  readonly internalDate: number;
  readonly octets: number;
  readonly summary: { readonly envelope: MessageEnvelope; readonly sentAt: number | null };
}

/** By criterion, what a message is compared by. */
export type SortKeys = readonly (number | string)[];

export function sortKeys(row: SortRow, criteria: readonly SortCriterion[]): SortKeys {
  return criteria.map(({ by }) => keyOf(row, by));
}

/** Numbers in the order asked for; those alike stay in the order they came in (RFC 5256 §3: by sequence number). */
export function sorted<Item>(items: readonly { readonly item: Item; readonly keys: SortKeys }[], criteria: readonly SortCriterion[]): readonly Item[] {
  return items.toSorted((a, b) => {
    for (const [index, { isReverse }] of criteria.entries()) {
      const order = compare(a.keys[index] ?? 0, b.keys[index] ?? 0);
      if (order !== 0) return isReverse ? -order : order;
    }
    return 0;
  }).map(({ item }) => item);
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function keyOf({ internalDate, octets, summary: { envelope, sentAt } }: SortRow, by: SortCriterion['by']): number | string {
  switch (by) {
    case 'ARRIVAL': return internalDate;
    // RFC 5256 §2.2: a letter without a date was sent when it came.
    case 'DATE': return sentAt ?? internalDate;
    case 'SIZE': return octets;
    case 'SUBJECT': return foldCase(baseSubject(decodeWords(envelope.subject ?? '')).text);
    case 'FROM': return mailboxOf(envelope.from);
    case 'TO': return mailboxOf(envelope.to);
    case 'CC': return mailboxOf(envelope.cc);
    case 'DISPLAYFROM': return displayOf(envelope.from);
    case 'DISPLAYTO': return displayOf(envelope.to);
    default: return by satisfies never;
  }
}

/** RFC 5256 §3: the mailbox of the first address. */
function mailboxOf([first]: readonly ListedAddress[]): string {
  return foldCase(first?.mailbox ?? '');
}

/** RFC 5957 §3: as people are shown; without a name, the address. */
function displayOf([first]: readonly ListedAddress[]): string {
  if (first === undefined) return '';
  const name = decodeWords(first.name ?? '').trim();
  return foldCase(name === '' ? `${first.mailbox ?? ''}${first.host === null ? '' : `@${first.host}`}` : name);
}

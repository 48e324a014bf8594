/**
 * What a check says, and what it looks at.
 */
import type { HtmlTag } from '@posthorn/mail/html-tags.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import type { ReadField } from '../read-part.ts';

export interface CheckItem {
  readonly level: 'good' | 'hint' | 'warning' | 'error';
  readonly text: string;
  readonly detail?: string;
}

export interface CheckGroup {
  readonly name: string;
  readonly items: readonly CheckItem[];
}

export interface CheckedLetter {
  readonly row: LetterRow;
  readonly header: readonly ReadField[];
  /** Empty where there is none. */
  readonly text: string;
  readonly isTextMade: boolean;
  readonly html: string;
  readonly tags: readonly HtmlTag[];
  /** Of the longest line of the content, as far as it was read. */
  readonly lineOctetsMax: number;
}

/** The values of a header field, from the top; `name` in lower case. */
export function valuesOf({ header }: Pick<CheckedLetter, 'header'>, name: string): readonly string[] {
  return header.filter((field) => field.name.toLowerCase() === name).map(({ value }) => value);
}

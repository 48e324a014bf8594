/**
 * What a program of another language says over HTTP, read into the kit's own words.
 *
 * A text between slashes is a regular expression: `"/verify/i"`; any other means itself.
 */
import type { Criteria, Fields } from '../waiting/criteria.ts';
import { readDuration } from '../duration.ts';

/** The request cannot be meant. */
export class Unclear extends Error {
  override readonly name = 'Unclear';
}

export interface SaidCriteria {
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cc?: string;
  readonly sender?: string;
  readonly text?: string;
  readonly html?: string;
  readonly attachment?: string;
  readonly headers?: Readonly<Record<string, string | boolean>>;
}

export function pattern(text: string): string | RegExp {
  const match = /^\/(.+)\/([dimsuvy]*)$/s.exec(text);
  if (match === null) return text;
  try {
    return new RegExp(match[1] ?? '', match[2]);
  } catch (error) {
    throw new Unclear(`${text} is no regular expression: ${error instanceof Error ? error.message : ''}`);
  }
}

export function criteria(said: SaidCriteria | undefined): Criteria | undefined {
  if (said === undefined) return undefined;
  const { headers, ...texts } = said;
  const fields: Fields = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, pattern(text)]));
  if (headers === undefined) return fields;
  return { ...fields, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'boolean' ? value : pattern(value)])) };
}

/** `"5s"`, `"250ms"`, or a number of milliseconds. */
export function duration(said: string | number): number {
  try {
    return readDuration(said);
  } catch (error) {
    throw new Unclear(error instanceof Error ? error.message : String(error));
  }
}

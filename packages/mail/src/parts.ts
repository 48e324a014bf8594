/**
 * The parts of a letter, by number and by what they are for.
 *
 * Numbers are those of IMAP (RFC 9051 §6.4.5): `1` is the body of a letter that is no multipart.
 */
import { decodeWords } from './encoded-word.ts';
import type { Parameters, Part } from './structure.ts';

export interface NumberedPart {
  /** Empty for the outermost multipart. */
  readonly number: string;
  readonly part: Part;
}

/** Every part, each before those within it; attached letters are opened. */
export function numberedParts(structure: Part): readonly NumberedPart[] {
  const found: NumberedPart[] = [];
  const visit = (part: Part, number: string, prefix: string): void => {
    found.push({ number, part });
    for (const [index, inner] of (part.parts ?? []).entries()) {
      const its = `${prefix}${index + 1}`;
      visit(inner, its, `${its}.`);
    }
    if (part.message !== undefined) visit(part.message.part, part.message.part.parts === undefined ? `${number}.1` : `${number}.TEXT`, `${number}.`);
  };
  visit(structure, structure.parts === undefined ? '1' : '', '');
  return found;
}

/** What a letter says, and what comes with it. Attached letters stay closed. */
export interface LetterBodies {
  readonly text?: NumberedPart;
  readonly html?: NumberedPart;
  /** All other leaves. */
  readonly attached: readonly NumberedPart[];
}

export function letterBodies(structure: Part): LetterBodies {
  const leaves = numberedParts(withClosedLetters(structure)).filter(({ part }) => part.parts === undefined);
  const isBody = ({ part }: NumberedPart, subtype: string): boolean => part.type === 'text' && part.subtype === subtype && part.disposition?.type !== 'attachment' && filenameOf(part) === undefined;
  const html = leaves.find((leaf) => isBody(leaf, 'html'));
  const text = leaves.find((leaf) => isBody(leaf, 'plain'));
  return {
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    attached: leaves.filter((leaf) => leaf !== text && leaf !== html),
  };
}

function withClosedLetters(part: Part): Part {
  const { message, parts, ...own } = part;
  return message === undefined ? { ...own, ...(parts === undefined ? {} : { parts: parts.map(withClosedLetters) }) } : own;
}

/** RFC 2183 §2.3, or what senders used before it; encoded words, which do not belong there, are read. */
export function filenameOf(part: Part): string | undefined {
  const name = parameter(part.disposition?.parameters, 'filename') ?? parameter(part.parameters, 'name');
  return name === undefined || name === '' ? undefined : decodeWords(name);
}

export function charsetOf(part: Part): string | undefined {
  return parameter(part.parameters, 'charset');
}

export function parameter(parameters: Parameters | undefined, name: string): string | undefined {
  return parameters?.find(([each]) => each.toLowerCase() === name)?.[1];
}

/**
 * Whether other hosts could believe who it is from: what this host found, and what the letter brings.
 *
 * RFC 7489 §3.1 (alignment), RFC 8601 (Authentication-Results).
 */
import { people } from '../shown.ts';
import { type CheckedLetter, type CheckItem, valuesOf } from './check.ts';

export function authenticity(letter: CheckedLetter): readonly CheckItem[] {
  const found = letter.header.filter(({ name, isOurs }) => isOurs && name.toLowerCase() === 'authentication-results').map(({ value }) => value);
  return [...found.flatMap(verdicts), ...(found.length === 0 ? alignment(letter) : [])];
}

function verdicts(value: string): readonly CheckItem[] {
  return Array.from(value.matchAll(/\b(spf|dkim|dmarc|arc|iprev)=([a-z]+)(?:\s*\(([^)]*)\))?/gi), ([, method = '', result = '', why]): CheckItem => {
    const level = /^pass$/i.test(result) ? 'good' : /^(fail|permerror)$/i.test(result) ? 'error' : /^(softfail|temperror)$/i.test(result) ? 'warning' : 'hint';
    return { level, text: `${method.toUpperCase()}: ${result.toLowerCase()}`, ...(why === undefined ? {} : { detail: why }) };
  });
}

/** Not judged: it did not come over the world's mail. What can be seen without asking is told. */
function alignment(letter: CheckedLetter): readonly CheckItem[] {
  const author = domainOf(people(letter.row.summary.envelope.from)[0]?.address);
  const sender = domainOf(letter.row.envelope?.sender);
  const items: CheckItem[] = [];
  if (author !== undefined && sender !== undefined) {
    items.push(isAligned(author, sender)
      ? { level: 'good', text: `The envelope’s sender is of the author’s domain, ${author}.`, detail: 'SPF can speak for DMARC.' }
      : { level: 'warning', text: `The envelope is from ${sender}, the author from ${author}.`, detail: 'SPF cannot speak for DMARC; a DKIM signature of the author’s domain has to.' });
  }
  const signers = valuesOf(letter, 'dkim-signature').flatMap((value) => /(?:^|;)\s*d=\s*([^;\s]+)/i.exec(value)?.[1]?.toLowerCase() ?? []);
  if (signers.length === 0) items.push({ level: 'hint', text: 'It is not signed (DKIM).', detail: 'Usual here; out in the world your host signs it, and large providers insist.' });
  else if (author !== undefined) {
    items.push(signers.some((domain) => isAligned(author, domain))
      ? { level: 'good', text: `It is signed for ${author}.` }
      : { level: 'warning', text: `It is signed for ${signers.join(', ')}, not for ${author}.`, detail: 'DMARC asks for the author’s domain.' });
  }
  return items;
}

function domainOf(address: string | undefined): string | undefined {
  const domain = address?.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return domain === undefined || domain === '' || domain === address ? undefined : domain;
}

/** Relaxed, as far as it can be seen without the list of public suffixes. */
function isAligned(one: string, two: string): boolean {
  return one === two || one.endsWith(`.${two}`) || two.endsWith(`.${one}`);
}

/**
 * The path in angle brackets that follows MAIL FROM: and RCPT TO:.
 *
 * RFC 5321 §4.1.2; source routes are read and forgotten (RFC 5321 §4.1.1.3, appendix C).
 */
import { parseAddress, type Address } from './address.ts';
import { domainToAscii } from './domain.ts';

export interface Path {
  /** `null` is the null path `<>`; `postmaster` is `<Postmaster>` without a domain (RFC 5321 §4.1.1.3). */
  readonly path: Address | null | 'postmaster';
  /** What follows the closing bracket: nothing, or a space and parameters. */
  readonly rest: string;
}

/**
 * Reads the path at the start of `text`; `undefined` if there is none.
 *
 * Spaces before it are forgiven: many clients write `MAIL FROM: <…>`.
 */
export function parsePath(text: string): Path | undefined {
  const open = text.search(/[^ ]/);
  if (open === -1 || text[open] !== '<') return undefined;
  const close = closingBracket(text, open + 1);
  if (close === -1) return undefined;
  const inner = text.slice(open + 1, close);
  const rest = text.slice(close + 1);
  if (inner === '') return { path: null, rest };
  if (inner.toLowerCase() === 'postmaster') return { path: 'postmaster', rest };
  const mailbox = afterRoute(inner);
  const path = mailbox === undefined ? undefined : parseAddress(mailbox);
  return path === undefined ? undefined : { path, rest };
}

/** The bracket that ends the path: one within quotes does not (RFC 5321 §4.1.2, Quoted-string). */
function closingBracket(text: string, from: number): number {
  let isQuoted = false;
  for (let index = from; index < text.length; index++) {
    const char = text[index];
    if (char === '\\' && isQuoted) index++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === '>' && !isQuoted) return index;
  }
  return -1;
}

/** `@one,@two:` before a mailbox: A-d-l of RFC 5321 §4.1.2, which we must accept and should ignore. */
function afterRoute(inner: string): string | undefined {
  if (!inner.startsWith('@')) return inner;
  // No domain of a route may hold a colon but a literal, so the last hop ends at the first colon outside brackets.
  const route = /^(?:@(?:\[[^\][]*\]|[^\][,:@"<> ]+),)*@(?:\[[^\][]*\]|[^\][,:@"<> ]+):/.exec(inner)?.[0];
  if (route === undefined) return undefined;
  const hops = route.slice(1, -1).split(/,@/);
  return hops.every((hop) => domainToAscii(hop) !== undefined) ? inner.slice(route.length) : undefined;
}

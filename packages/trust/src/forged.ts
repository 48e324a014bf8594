/**
 * Finds what a letter must not bring along: verdicts in our name, and an old Return-Path.
 *
 * RFC 8601 §5: Authentication-Results that bear our name did not come from us when the
 * letter comes from outside. RFC 5321 §4.4: Return-Path is set at final delivery only.
 */
import { domainToAscii } from '@posthorn/mail/domain.ts';
import { parseHeader } from '@posthorn/mail/header.ts';
import type { OctetRange } from '@posthorn/mail/structure.ts';

/** The ranges of whole fields to cut, from the top; `hostname` is our authserv-id. */
export function forgedRanges(header: Buffer, hostname: string): readonly OctetRange[] {
  return parseHeader(header)
    .filter(({ key, value }) => key === 'return-path'
      || (key === 'authentication-results' && isInNameOf(header.toString('latin1', value.start, value.end), hostname)))
    .map(({ range }) => range);
}

/** Whether a verdict is, or may be read as, that of this host. */
function isInNameOf(value: string, hostname: string): boolean {
  const name = authservId(value);
  // One reader may see a name where we see none: not worth the risk.
  return name === undefined || comparable(name) === comparable(hostname);
}

/** RFC 8601 §2.2: `[CFWS] authserv-id`, a token or a quoted string; undefined when there is none to be read. */
function authservId(value: string): string | undefined {
  const start = skipComments(value);
  if (start === undefined) return undefined;
  const found = /^(?:"((?:[^"\\]|\\[\s\S])*)"|([^\s;()"]+))/.exec(value.slice(start));
  return found?.[2] ?? found?.[1]?.replaceAll(/\\([\s\S])/g, '$1');
}

/** Behind white space and comments, which may be nested (RFC 5322 §3.2.2); undefined when one does not end. */
function skipComments(value: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < value.length; at += 1) {
    const character = value.charAt(at);
    if (character === '(') depth += 1;
    else if (character === ')' && depth > 0) depth -= 1;
    else if (character === '\\' && depth > 0) at += 1;
    else if (depth === 0 && !/\s/.test(character)) return at;
  }
  return depth === 0 ? value.length : undefined;
}

function comparable(name: string): string {
  const bare = name.trim().replace(/\.$/, '').toLowerCase();
  return domainToAscii(Buffer.from(bare, 'latin1').toString()) ?? bare;
}

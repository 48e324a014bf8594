/**
 * `posthorn domain`: what a domain of ours needs to be believed.
 */
import { isKey, listIn } from '../answers.ts';
import type { ShownKey } from '../answers.ts';
import { ask, firstWord } from '../ask.ts';
import { BOOKS_OPTIONS } from '../books.ts';
import type { Command } from '../command.ts';

/** RFC 1035 §3.3: a character-string holds at most 255 octets. */
const STRING_OCTETS_MAX = 255;

export const domainCommands: readonly Command[] = [
  {
    name: 'domain dkim',
    words: 'NAME',
    wordCount: { min: 1, max: 1 },
    summary: 'make signing keys (once) and print the DNS records to publish',
    details: 'RSA-2048 and Ed25519; what our people send from the domain is signed with both as soon as there are keys.\nPublish the records before the next letter goes out.\n\nExample: posthorn domain dkim example.org',
    options: BOOKS_OPTIONS,
    run: (call) => ask(call, { method: 'POST', path: `/rest/v1/domains/${encodeURIComponent(firstWord(call))}/dkim` }, (answer) =>
      listIn(answer, 'keys', isKey).map(zoneLine).join('')),
  },
];

/** As a zone file wants it: long values in several strings. */
function zoneLine({ record: { name, value } }: ShownKey): string {
  const strings = value.match(new RegExp(`.{1,${STRING_OCTETS_MAX}}`, 'g')) ?? [];
  return `${name}. IN TXT ( ${strings.map((text) => `"${text}"`).join(' ')} )\n`;
}

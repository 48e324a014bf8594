/**
 * `posthorn domain`: what a domain of ours needs to be believed.
 */
import { isKey, listIn } from '../answers.ts';
import { ask, firstWord } from '../ask.ts';
import { BOOKS_OPTIONS } from '../books.ts';
import type { Command } from '../command.ts';

export const domainCommands: readonly Command[] = [
  {
    name: 'domain dkim',
    words: 'NAME',
    wordCount: { min: 1, max: 1 },
    summary: 'make signing keys (once) and print the DNS records to publish',
    details: 'RSA-2048 and Ed25519; what our people send from the domain is signed with both as soon as there are keys.\nPublish the records before the next letter goes out.\n\nExample: posthorn domain dkim example.org',
    options: BOOKS_OPTIONS,
    run: (call) => ask(call, { method: 'POST', path: `/rest/v1/domains/${encodeURIComponent(firstWord(call))}/dkim` }, (answer) =>
      listIn(answer, 'keys', isKey).map(({ record }) => `${record.zoneLine}\n`).join('')),
  },
];

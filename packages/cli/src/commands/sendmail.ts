/**
 * `posthorn sendmail`: for cron, PHP and friends; reads a letter, submits it over the control socket.
 *
 * The usual options of sendmail(8), as far as programs use them: -t, -i, -oi, -f, -F, -bm; others
 * that change nothing here (-oem, -odb, -v, -N, -R …) are taken and ignored.
 */
import { decodeWords, encodeWords } from '@posthorn/mail/encoded-word.ts';
import { formatAddress, parseAddress } from '@posthorn/mail/address.ts';
import { parseAddressList } from '@posthorn/mail/address-list.ts';
import { fieldText, parseHeader } from '@posthorn/mail/header.ts';
import type { Config } from '@posthorn/server/config/config.ts';
import { BOOKS_OPTIONS, booksConfig } from '../books.ts';
import { Failure, UsageError } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { withControl } from '../control.ts';
import { readAll } from '../input.ts';
import { userInfo } from 'node:os';

const RECIPIENTS_MAX = 1000;

export const sendmail: Command = {
  name: 'sendmail',
  words: 'RECIPIENT…',
  wordCount: { min: 0, max: RECIPIENTS_MAX },
  summary: 'send the letter on standard input, as sendmail(8) does',
  details: 'For cron, PHP and friends: sendmail_path = "posthorn sendmail -t -i".\n\nExample: posthorn sendmail -t -i -f ann@example.org < letter.eml',
  options: {
    recipients: { short: 't', help: 'take the recipients from To, Cc and Bcc; Bcc is left out of the letter' },
    dots: { short: 'i', help: 'a line with only a dot does not end the letter' },
    from: { short: 'f', value: 'ADDRESS', help: 'the envelope sender (default: From of the letter)' },
    name: { short: 'F', value: 'NAME', help: 'the sender’s full name, where the letter has no From' },
    option: { short: 'o', value: 'X', isRepeatable: true, help: 'options of old: -oi is -i, others change nothing' },
    mode: { short: 'b', value: 'm', help: '-bm, which is what it does anyway' },
    body: { short: 'B', value: 'TYPE', help: 'taken and ignored' },
    notify: { short: 'N', value: 'WHEN', help: 'taken and ignored' },
    return: { short: 'R', value: 'WHAT', help: 'taken and ignored' },
    verbose: { short: 'v', help: 'taken and ignored' },
    ...BOOKS_OPTIONS,
  },
  run: send,
};

async function send(call: Call): Promise<number> {
  const mode = call.value('mode');
  if (mode !== undefined && mode !== 'm') throw new UsageError(`-b${mode} is not for us: this sends a letter and nothing else`);
  const isDotted = !call.isSet('dots') && !call.values('option').includes('i');
  const letter = readLetter(await readAll(call.io), isDotted);
  const fields = parseHeader(letter);
  const config = booksConfig(call);
  const origin = originOf(config);
  const from = senderOf(call, letter, origin);
  const recipients = [...call.words.flatMap((word) => addressesIn(word, origin)), ...(call.isSet('recipients') ? listed(letter, ['to', 'cc', 'bcc'], origin) : [])];
  if (recipients.length === 0) throw new UsageError('to whom? Name recipients, or say -t to take them from the letter');
  const withoutBcc = call.isSet('recipients')
    ? cut(letter, fields.filter(({ key }) => key === 'bcc').map(({ range }) => range)) : letter;
  const content = fields.some(({ key }) => key === 'from') ? withoutBcc
    : Buffer.concat([Buffer.from(`From: ${nameOf(call)}<${from}>\r\n${fields.length === 0 ? '\r\n' : ''}`), withoutBcc]);
  const query = new URLSearchParams({ from });
  for (const recipient of new Set(recipients)) query.append('to', recipient);
  await withControl(config, async (control) => {
    if (!control.isRunning) throw new Failure('no server is running that could send it');
    const answer = await control.ask({ method: 'POST', path: `/rest/v1/send?${query.toString()}`, body: content });
    if (call.isSet('json')) call.io.stdout.write(`${JSON.stringify(answer)}\n`);
  });
  return 0;
}

/** Without -i, a line with only a dot ends the letter. */
function readLetter(all: Buffer, isDotted: boolean): Buffer {
  if (!isDotted) return all;
  const text = all.toString('latin1');
  const end = /(?:^|\n)\.\r?(?:\n|$)/.exec(text);
  if (end === null) return all;
  return all.subarray(0, end.index + (end[0].startsWith('\n') ? 1 : 0));
}

/** What stands behind a bare name, as cron writes it: `root`. */
function originOf({ domains, hostname }: Config): string {
  return domains === 'any' ? hostname : domains[0] ?? hostname;
}

function senderOf(call: Call, letter: Buffer, origin: string): string {
  const told = call.value('from');
  if (told === '' || told === '<>') return '';
  const address = told ?? listed(letter, ['sender', 'from'], origin)[0] ?? userInfo().username;
  const bare = address.replace(/^<(.*)>$/, '$1');
  const whole = bare.includes('@') ? bare : `${bare}@${origin}`;
  const parsed = parseAddress(whole);
  if (parsed === undefined) throw new UsageError(`the sender “${whole}” is not an address`);
  return formatAddress(parsed);
}

function nameOf(call: Call): string {
  // No control characters: a line end would begin another field.
  const name = decodeWords(call.value('name') ?? '').replace(/\p{Cc}+/gu, ' ').trim();
  if (name === '') return '';
  // RFC 5322 §3.2.3: specials stand in a quoted string.
  const isQuoted = /^[\x20-\x7e]*$/.test(name) && /[()<>[\]:;@\\,."]/.test(name);
  return isQuoted ? `"${name.replace(/["\\]/g, '\\$&')}" ` : `${encodeWords(name)} `;
}

/** The addresses of these fields, in their order. */
function listed(letter: Buffer, keys: readonly string[], origin: string): readonly string[] {
  const fields = parseHeader(letter);
  return keys.flatMap((key) => fields.filter((field) => field.key === key)).flatMap((field) => addressesIn(fieldText(letter, field), origin));
}

function addressesIn(text: string, origin: string): readonly string[] {
  return parseAddressList(text).flatMap(({ mailbox, host }) => (mailbox === null || host === null ? [] : [`${mailbox}@${host === '' ? origin : host}`]));
}

function cut(letter: Buffer, ranges: readonly { readonly start: number; readonly end: number }[]): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
    pieces.push(letter.subarray(at, start));
    at = end;
  }
  return Buffer.concat([...pieces, letter.subarray(at)]);
}

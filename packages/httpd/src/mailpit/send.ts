/**
 * Mailpit's `/api/v1/send`: a letter given as JSON. RFC 5322, RFC 2045 to 2047, RFC 2183.
 */
import type { FastifyInstance } from 'fastify';
import { parseAddress } from '@posthorn/mail/address.ts';
import type { Address } from '@posthorn/mail/address.ts';
import { formatDate } from '@posthorn/mail/date.ts';
import { encodeWords } from '@posthorn/mail/encoded-word.ts';
import { letterId } from '@posthorn/store/ids.ts';
import { identifier } from '@posthorn/world/random.ts';
import type { Random } from '@posthorn/world/random.ts';
import { changeFlags } from '../letters/acts.ts';
import { tagToKeyword } from '../letters/tags.ts';
import type { ApiOptions } from '../options.ts';
import { listOf, objectOf } from '../schemas.ts';

const TEXT = { type: 'string' } as const;
const PERSON = objectOf({ Email: TEXT, Name: TEXT }, ['Email']);
const SEND_OCTETS_MAX = 67_108_864;
const BOUNDARY_LENGTH = 20;

interface Person {
  readonly Email: string;
  readonly Name?: string;
}

interface Attachment {
  readonly Content: string;
  readonly Filename: string;
  readonly ContentType?: string;
  readonly ContentID?: string;
}

export interface SendBody {
  readonly From: Person;
  readonly To?: readonly Person[];
  readonly Cc?: readonly Person[];
  readonly Bcc?: readonly string[];
  readonly ReplyTo?: readonly Person[];
  readonly Subject?: string;
  readonly Text?: string;
  readonly HTML?: string;
  readonly Headers?: Readonly<Record<string, string>>;
  readonly Tags?: readonly string[];
  readonly Attachments?: readonly Attachment[];
}

const BODY = objectOf({
  From: PERSON, To: listOf(PERSON), Cc: listOf(PERSON), Bcc: listOf(TEXT), ReplyTo: listOf(PERSON), Subject: TEXT, Text: TEXT, HTML: TEXT, Tags: listOf(TEXT),
  Headers: { type: 'object', additionalProperties: TEXT },
  Attachments: listOf(objectOf({ Content: TEXT, Filename: TEXT, ContentType: TEXT, ContentID: TEXT }, ['Content', 'Filename'])),
}, ['From']);

export function mailpitSendRoutes(app: FastifyInstance, { submit, store, clock, random }: ApiOptions): void {
  app.post<{ Body: SendBody }>('/api/v1/send', { bodyLimit: SEND_OCTETS_MAX, schema: { hide: true, body: BODY } }, async (request, reply) => {
    const { body } = request;
    const texts = [...body.To ?? [], ...body.Cc ?? []].map(({ Email }) => Email).concat(body.Bcc ?? []);
    const recipients: Address[] = [];
    for (const text of [body.From.Email, ...texts]) {
      const address = parseAddress(text);
      if (address === undefined) return reply.code(400).send({ Error: `“${text}” is not an address` });
      recipients.push(address);
    }
    const [sender, ...others] = recipients;
    if (sender === undefined || others.length === 0) return reply.code(400).send({ Error: 'No recipients found' });
    if (submit === undefined) return reply.code(503).send({ Error: 'No server is running that could send it' });
    const raw = composeLetter(body, { at: clock.now(), random });
    const answer = await submit.submit({ sender, recipients: others, content: (async function* once() { yield raw; })() });
    if (answer.kind === 'refused') return reply.code(400).send({ Error: answer.text });
    const row = (body.Tags ?? []).length === 0 ? undefined : await store.letters.get(letterId(answer.letter));
    if (row !== undefined) await changeFlags({ store, clock }, [row], { add: (body.Tags ?? []).map(tagToKeyword), remove: [] });
    return { ID: answer.letter };
  });
}

export function composeLetter(body: SendBody, { at, random }: { readonly at: number; readonly random: Random }): Buffer {
  const fields: (readonly [name: string, value: string])[] = [
    ['Message-ID', `<${identifier(random, BOUNDARY_LENGTH)}@localhost>`], ['Date', formatDate(at)], ['From', mailbox(body.From)],
    ['To', (body.To ?? []).map(mailbox).join(', ')], ['Cc', (body.Cc ?? []).map(mailbox).join(', ')], ['Reply-To', (body.ReplyTo ?? []).map(mailbox).join(', ')], ['Subject', encodeWords(oneLine(body.Subject ?? ''))],
    ['MIME-Version', '1.0'],
  ];
  const own = new Set([...fields.map(([name]) => name.toLowerCase()), 'content-type', 'content-transfer-encoding']);
  const more = Object.entries(body.Headers ?? {}).filter(([name]) => /^[\x21-\x39\x3b-\x7e]+$/.test(name) && !own.has(name.toLowerCase())).map(([name, value]) => [name, encodeWords(oneLine(value))] as const);
  const header = [...fields, ...more].filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${oneLine(value)}`);
  return Buffer.from([...header, ...content(body, random)].join('\r\n'));
}

function content({ Text = '', HTML = '', Attachments = [] }: SendBody, random: Random): readonly string[] {
  const texts = [...(Text === '' && HTML !== '' ? [] : [part('text/plain; charset=utf-8', Buffer.from(Text))]), ...(HTML === '' ? [] : [part('text/html; charset=utf-8', Buffer.from(HTML))])];
  const said = texts.length > 1 ? multipart('alternative', texts, random) : texts[0] ?? [];
  if (Attachments.length === 0) return said;
  return multipart('mixed', [said, ...Attachments.map(({ Content, Filename, ContentType = 'application/octet-stream', ContentID }) => {
    const filename = encodeWords(oneLine(Filename)).replaceAll('"', '_');
    return part(oneLine(ContentType), Buffer.from(Content, 'base64'), [`Content-Disposition: ${ContentID === undefined ? 'attachment' : 'inline'}; filename="${filename}"`, ...(ContentID === undefined ? [] : [`Content-ID: <${oneLine(ContentID)}>`])]);
  })], random);
}

function part(type: string, octets: Buffer, more: readonly string[] = []): readonly string[] {
  return [`Content-Type: ${type}`, 'Content-Transfer-Encoding: base64', ...more, '', ...octets.toString('base64').match(/.{1,76}/g) ?? [], ''];
}

function multipart(subtype: string, parts: readonly (readonly string[])[], random: Random): readonly string[] {
  const boundary = identifier(random, BOUNDARY_LENGTH);
  return [`Content-Type: multipart/${subtype}; boundary=${boundary}`, '', ...parts.flatMap((each) => [`--${boundary}`, ...each]), `--${boundary}--`, ''];
}

function mailbox({ Email, Name = '' }: Person): string {
  const name = oneLine(Name);
  if (name === '') return Email;
  if (/^[\x20-\x7e]*$/.test(name) && !name.includes('=?')) return `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}" <${Email}>`;
  // A phrase: all of it encoded, so that no quotation mark is left (RFC 2047 §5).
  const words = name.match(/.{1,10}/gsu) ?? [];
  return `${words.map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ')} <${Email}>`;
}

/** No field begins within another. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\0]+/g, ' ').trim();
}

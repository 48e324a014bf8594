/**
 * Signs what our people send: DKIM-Signature header lines. RFC 6376, RFC 8463.
 *
 * The body is hashed once for all keys, as it streams by; only the header is held. RSA
 * signs in a thread of the runtime's pool, so that it does not keep others waiting.
 */
import { createHash, createPrivateKey, type KeyObject, sign as signNow } from 'node:crypto';
import { promisify } from 'node:util';
import { parseHeader } from '@posthorn/mail/header.ts';
import { RelaxedBody, relaxedField } from './canonical.ts';
import { HeaderReader } from './header-reader.ts';

/** Just what the books keep of a key that signing needs. */
export interface SigningKey {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
}

export interface SignRequest {
  readonly keys: readonly SigningKey[];
  /** Header lines that we put in front and that are signed too (a missing Date, Message-ID). */
  readonly prefix: Buffer;
  /** The content as received, less what we cut. */
  readonly content: AsyncIterable<Buffer>;
  /** Seconds since 1970, for `t=`. */
  readonly signedAt: number;
}

/** One complete DKIM-Signature field per key, each ending in CRLF; empty without keys. */
export type Sign = (request: SignRequest) => Promise<Buffer>;

/**
 * Signed as often as they are there, and once more: then nobody can add another
 * (RFC 6376 §8.15). What a mailing list must add is not among them.
 */
const OVERSIGNED = [
  'from', 'to', 'cc', 'subject', 'date', 'message-id', 'in-reply-to', 'references', 'reply-to',
  'mime-version', 'content-type', 'content-transfer-encoding',
];

/** Signed where they are there (RFC 6376 §5.4.1). */
const SIGNED = new Set([
  ...OVERSIGNED, 'sender', 'content-id', 'content-description', 'content-disposition', 'resent-date', 'resent-from',
  'resent-sender', 'resent-to', 'resent-cc', 'resent-message-id', 'list-id', 'list-help', 'list-unsubscribe',
  'list-unsubscribe-post', 'list-subscribe', 'list-post', 'list-owner', 'list-archive', 'autocrypt',
]);

/** Letters with a larger header are not signed: no verifier would take the trouble. */
const HEADER_OCTETS_MAX = 1_048_576;

const LINE_LENGTH_MAX = 76;
const KEYS_CACHED_MAX = 1_000;

const signInPool = promisify<string, Buffer, KeyObject, Buffer>(signNow);

/** See `Sign`. Throws when a key is not what it says. */
export const sign: Sign = async ({ keys, prefix, content, signedAt }) => {
  if (keys.length === 0) return Buffer.alloc(0);
  const read = await readLetter(prefix, content);
  if (read === undefined) return Buffer.alloc(0);
  const { names, text } = signedFields(read.header);
  const fields = await Promise.all(keys.map(async (key) => {
    const unsigned = signatureField(key, names, read.bodyHash, signedAt);
    // RFC 6376 §3.7: the signature's own field comes last, without a line end, its `b=` empty.
    const signature = await signOctets(key, Buffer.from(`${text}${relaxedField(unsigned)}`, 'latin1'));
    return `${unsigned}${foldBase64(signature.toString('base64'))}\r\n`;
  }));
  return Buffer.from(fields.join(''), 'latin1');
};

/** The whole header, and the hash of the body; undefined when the header is too large. */
async function readLetter(prefix: Buffer, content: AsyncIterable<Buffer>): Promise<{ header: Buffer; bodyHash: string } | undefined> {
  const hash = createHash('sha256');
  const body = new RelaxedBody((octets) => hash.update(octets));
  const reader = new HeaderReader();
  let header: Buffer | undefined;
  for await (const chunk of content) {
    if (header !== undefined) {
      body.push(chunk);
      continue;
    }
    const read = reader.push(chunk);
    if (reader.length > HEADER_OCTETS_MAX) return undefined;
    if (read === undefined) continue;
    header = read.header;
    body.push(read.body);
  }
  body.end();
  return { header: Buffer.concat([prefix, header ?? reader.end()]), bodyHash: hash.digest('base64') };
}

/** What `h=` lists, and those fields in canonical form, each with its line end. */
function signedFields(header: Buffer): { names: readonly string[]; text: string } {
  const byName = new Map<string, string[]>(OVERSIGNED.map((name) => [name, []]));
  for (const { key, range } of parseHeader(header)) {
    if (!SIGNED.has(key)) continue;
    // Latin-1 keeps every octet as it is.
    const line = `${relaxedField(header.toString('latin1', range.start, range.end))}\r\n`;
    const same = byName.get(key);
    if (same === undefined) byName.set(key, [line]);
    else same.push(line);
  }
  const names: string[] = [];
  let text = '';
  for (const [name, lines] of byName) {
    // RFC 6376 §5.4.2: of several fields of one name, the last is signed first.
    text += lines.toReversed().join('');
    names.push(...lines.map(() => name), ...(OVERSIGNED.includes(name) ? [name] : []));
  }
  return { names, text };
}

/** Everything up to and with `b=`. */
function signatureField(key: SigningKey, names: readonly string[], bodyHash: string, signedAt: number): string {
  const tags = [
    'v=1;', `a=${key.algorithm};`, 'c=relaxed/relaxed;', `d=${key.domain};`, `s=${key.selector};`, `t=${signedAt};`,
    ...names.map((name, index) => `${index === 0 ? 'h=' : ''}${name}${index === names.length - 1 ? ';' : ':'}`),
    `bh=${bodyHash};`, 'b=',
  ];
  let field = 'DKIM-Signature:';
  let column = field.length;
  for (const tag of tags) {
    const isInList = /^[a-z-]+[:;]$/.test(tag);
    if (column + 1 + tag.length > LINE_LENGTH_MAX) {
      field += `\r\n\t${tag}`;
      column = 8 + tag.length;
    } else {
      // Within `h=` no space is needed, and none is shorter.
      field += isInList ? tag : ` ${tag}`;
      column += tag.length + (isInList ? 0 : 1);
    }
  }
  return field;
}

function foldBase64(text: string): string {
  return (text.match(/.{1,68}/g) ?? []).map((piece) => `\r\n\t${piece}`).join('');
}

async function signOctets(key: SigningKey, octets: Buffer): Promise<Buffer> {
  const privateKey = keyObject(key.privateKey);
  const isRsa = key.algorithm === 'rsa-sha256';
  if (privateKey.asymmetricKeyType !== (isRsa ? 'rsa' : 'ed25519')) throw new TypeError(`key ${key.selector} of ${key.domain} is not for ${key.algorithm}`);
  if (isRsa) return signInPool('sha256', octets, privateKey);
  // RFC 8463 §3: Ed25519 signs the hash.
  return signNow(null, createHash('sha256').update(octets).digest(), privateKey);
}

const keyObjects = new Map<string, KeyObject>();

/** Reading a PEM takes longer than signing with it. */
function keyObject(pem: string): KeyObject {
  const known = keyObjects.get(pem);
  if (known !== undefined) return known;
  const key = createPrivateKey(pem);
  const [oldest] = keyObjects.keys();
  if (oldest !== undefined && keyObjects.size >= KEYS_CACHED_MAX) keyObjects.delete(oldest);
  keyObjects.set(pem, key);
  return key;
}

/**
 * Reads the arguments of MAIL and RCPT, and refuses what is wrong with the status it deserves.
 *
 * RFC 5321 §4.1.1.2, §4.1.1.3 and §4.1.1.11 (unknown parameters: 555); RFC 1870 (SIZE),
 * RFC 6152 (BODY), RFC 6531 (SMTPUTF8), RFC 3461 (RET, ENVID, NOTIFY, ORCPT), RFC 4954 §5 (AUTH=).
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { isInternational, type Address } from '@posthorn/mail/address.ts';
import type { EnvelopeRecipient, Notify } from '@posthorn/mail/envelope.ts';
import { parseEsmtpParameters } from '@posthorn/mail/esmtp-parameters.ts';
import { parsePath, type Path } from '@posthorn/mail/path.ts';
import { decodeXtext } from '@posthorn/mail/xtext.ts';
import { type Reply, reply } from '../reply.ts';
import type { Sender } from '../session.ts';

type Parameters = ReadonlyMap<string, string | null>;

export type Read<Value> = { readonly kind: 'read'; readonly value: Value } | { readonly kind: 'refused'; readonly reply: Reply };

/** RFC 3461 §4.4 and §4.2. */
const ENVELOPE_ID_CHARS_MAX = 100;
const ORIGINAL_RECIPIENT_CHARS_MAX = 500;

const BAD_SENDER = reply(501, '5.1.7', 'Bad sender address syntax');
const BAD_RECIPIENT = reply(501, '5.1.3', 'Bad recipient address syntax');
const BAD_PARAMETERS = reply(501, '5.5.4', 'Bad parameter syntax');
const NOT_UTF8 = reply(553, '5.6.7', 'An address beyond ASCII needs the SMTPUTF8 parameter of MAIL');

export interface MailContext {
  readonly messageOctetsMax: number;
  /** Whether AUTH is known here: then `AUTH=` is too. */
  readonly isAuthKnown: boolean;
}

/** The text of a command line; undefined if it is neither ASCII nor UTF-8, or holds control characters. */
export function commandText(line: Buffer): string | undefined {
  if (!isAscii(line) && !isUtf8(line)) return undefined;
  const text = line.toString('utf8');
  return /[\x00-\x08\x0a-\x1f\x7f]/.test(text) ? undefined : text.replaceAll('\t', ' ').trimEnd();
}

export function readMail(text: string, { messageOctetsMax, isAuthKnown }: MailContext): Read<Sender> {
  const path = pathAfter(/^MAIL +FROM *:/i, text);
  // A reverse path is a mailbox or nothing: `<Postmaster>` is for RCPT alone.
  if (path === undefined || path.path === 'postmaster') return refused(BAD_SENDER);
  const parameters = parseEsmtpParameters(path.rest);
  if (parameters === undefined) return refused(BAD_PARAMETERS);
  const sender: { -readonly [Key in keyof Sender]: Sender[Key] } = { reversePath: path.path, body: '7BIT', isSmtpUtf8: false, isTlsRequired: false };
  for (const [key, value] of parameters) {
    const refusal = key === 'AUTH' && isAuthKnown ? readAuth(value) : readMailParameter(sender, { key, value, messageOctetsMax });
    if (refusal !== undefined) return refused(refusal);
  }
  if (path.path !== null && !sender.isSmtpUtf8 && needsUtf8(text, path)) return refused(NOT_UTF8);
  return { kind: 'read', value: sender };
}

function readMailParameter(
  sender: { -readonly [Key in keyof Sender]: Sender[Key] },
  { key, value, messageOctetsMax }: { readonly key: string; readonly value: string | null; readonly messageOctetsMax: number },
): Reply | undefined {
  switch (key) {
    case 'SIZE':
      // RFC 1870 §6.
      if (value === null || !/^\d{1,20}$/.test(value)) return BAD_PARAMETERS;
      if (Number(value) > messageOctetsMax) return tooLarge(messageOctetsMax);
      sender.octets = Number(value);
      return undefined;
    case 'BODY': {
      const body = value?.toUpperCase();
      if (body !== '7BIT' && body !== '8BITMIME') return reply(501, '5.5.4', 'BODY is 7BIT or 8BITMIME here');
      sender.body = body;
      return undefined;
    }
    case 'SMTPUTF8':
      if (value !== null) return BAD_PARAMETERS;
      sender.isSmtpUtf8 = true;
      return undefined;
    case 'RET': {
      const ret = value?.toUpperCase();
      if (ret !== 'FULL' && ret !== 'HDRS') return reply(501, '5.5.4', 'RET is FULL or HDRS');
      sender.ret = ret;
      return undefined;
    }
    case 'ENVID': {
      const id = value === null || value.length > ENVELOPE_ID_CHARS_MAX ? undefined : decodeXtext(value);
      // RFC 3461 §5.4 quotes it in a header: printable ASCII.
      if (id === undefined || !/^[\x20-\x7e]+$/.test(id)) return reply(501, '5.5.4', 'Bad ENVID');
      sender.envelopeId = id;
      return undefined;
    }
    default:
      return unknown('MAIL', key);
  }
}

/** RFC 4954 §5: who sent it first, which we do not pass on; `<>` stands for nobody that could be checked. */
function readAuth(value: string | null): Reply | undefined {
  return value === null || decodeXtext(value) === undefined ? BAD_PARAMETERS : undefined;
}

export interface RcptContext {
  readonly isSmtpUtf8: boolean;
  /** What `<Postmaster>` means. */
  readonly postmaster: () => Address;
}

export function readRcpt(text: string, { isSmtpUtf8, postmaster }: RcptContext): Read<EnvelopeRecipient> {
  const path = pathAfter(/^RCPT +TO *:/i, text);
  if (path === undefined || path.path === null) return refused(BAD_RECIPIENT);
  const parameters = parseEsmtpParameters(path.rest);
  if (parameters === undefined) return refused(BAD_PARAMETERS);
  if (!isSmtpUtf8 && needsUtf8(text, path)) return refused(NOT_UTF8);
  const notify = parameters.has('NOTIFY') ? readNotify(parameters) : undefined;
  if (notify === 'bad') return refused(reply(501, '5.5.4', 'NOTIFY is NEVER, or some of SUCCESS, FAILURE, DELAY'));
  const originalRecipient = parameters.has('ORCPT') ? readOriginalRecipient(parameters) : undefined;
  if (originalRecipient === 'bad') return refused(reply(501, '5.5.4', 'Bad ORCPT'));
  const other = [...parameters.keys()].find((key) => key !== 'NOTIFY' && key !== 'ORCPT');
  if (other !== undefined) return refused(unknown('RCPT', other));
  return {
    kind: 'read',
    value: {
      address: path.path === 'postmaster' ? postmaster() : path.path,
      ...(notify === undefined ? {} : { notify }),
      ...(originalRecipient === undefined ? {} : { originalRecipient }),
    },
  };
}

/** RFC 3461 §4.1: NEVER stands alone; an empty list means it. */
function readNotify(parameters: Parameters): Notify | 'bad' {
  const words = (parameters.get('NOTIFY') ?? '').toUpperCase().split(',');
  if (words.length === 1 && words[0] === 'NEVER') return [];
  const kinds = (['SUCCESS', 'FAILURE', 'DELAY'] as const).filter((kind) => words.includes(kind));
  return kinds.length === words.length ? kinds : 'bad';
}

/** RFC 3461 §4.2: an address type and, in xtext, an address. */
function readOriginalRecipient(parameters: Parameters): string {
  const value = parameters.get('ORCPT') ?? '';
  const decoded = value.length > ORIGINAL_RECIPIENT_CHARS_MAX ? undefined : decodeXtext(value);
  // It is quoted in notices: one line.
  return decoded !== undefined && /^[a-z0-9-]+;[^\p{Cc}]+$/iu.test(decoded) ? decoded : 'bad';
}

/** RFC 1870 §6.1 (1). */
export function tooLarge(messageOctetsMax: number): Reply {
  return reply(552, '5.3.4', `Message too large, the limit is ${messageOctetsMax} octets`);
}

function pathAfter(verb: RegExp, text: string): Path | undefined {
  const found = verb.exec(text);
  return found === null ? undefined : parsePath(text.slice(found[0].length));
}

/** RFC 6531 §3.3: letters beyond ASCII anywhere in the path, an IDN's too. */
function needsUtf8(text: string, { path, rest }: Path): boolean {
  return (path !== null && path !== 'postmaster' && isInternational(path)) || /[^\x00-\x7f]/.test(text.slice(0, text.length - rest.length));
}

/** RFC 5321 §4.1.1.11. */
function unknown(verb: 'MAIL' | 'RCPT', key: string): Reply {
  return reply(555, '5.5.4', `${verb} parameter ${key.slice(0, 40)} is not known here`);
}

function refused(refusal: Reply): { readonly kind: 'refused'; readonly reply: Reply } {
  return { kind: 'refused', reply: refusal };
}

/**
 * What a delivery notice reports, and how it tells it: to programs in fields, to a person in sentences.
 *
 * RFC 3464 §2 (fields), RFC 6533 §3 and §4 (addresses beyond ASCII).
 */
import { formatAddress, isInternational, type Address } from './address.ts';
import { formatDate } from './date.ts';
import { domainToUnicode } from './domain.ts';
import { describeStatus, parseStatus } from './status.ts';
import { encodeXtext } from './xtext.ts';

/** RFC 3464 §2.3.3. */
export type DsnAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

export interface DsnRecipient {
  readonly address: Address;
  /** ORCPT, decoded, with its address type: `rfc822;ann@ash.test`. */
  readonly originalRecipient?: string;
  readonly action: DsnAction;
  /** Enhanced status: `5.1.1`. */
  readonly status: string;
  /** The host that said it; absent when it was us. */
  readonly remoteMta?: string;
  /** The reply of the remote host, with its code (`550 5.1.1 No such user`), or what we have to say ourselves. */
  readonly diagnostic?: string;
  /** Milliseconds since 1970, like all times here. */
  readonly lastAttemptAt?: number;
  /** Until when a delayed letter is tried. */
  readonly willRetryUntil?: number;
}

export interface DsnReport {
  /** Our host name. */
  readonly reportingMta: string;
  readonly arrivedAt: number;
  /** ENVID, decoded. */
  readonly envelopeId?: string;
  /** At least one. */
  readonly recipients: readonly DsnRecipient[];
}

/** Of one field's text; what a host says at greater length is cut. */
const FIELD_CHARS_MAX = 2000;
/** RFC 5322 §2.1.1. */
const LINE_CHARS = 78;
/** The width at which sentences are easy to read. */
const TEXT_CHARS = 72;
const QUOTE_CHARS_MAX = 500;

/** The fields of message/delivery-status; of message/global-delivery-status if `isInternational`. Ends with a line end. */
export function deliveryStatus(report: DsnReport, isInternational: boolean): string {
  const perMessage = [
    // RFC 3464 §2.2.1: as it was in the MAIL command, decoded from xtext.
    field('Original-Envelope-Id', report.envelopeId, isInternational),
    field('Reporting-MTA', `dns; ${report.reportingMta}`, isInternational),
    field('Arrival-Date', formatDate(report.arrivedAt), isInternational),
  ];
  const perRecipient = report.recipients.map((recipient) => recipientFields(recipient, isInternational));
  // RFC 3464 §2.1: groups with an empty line between.
  return [perMessage, ...perRecipient].map((fields) => fields.join('')).join('\r\n');
}

function recipientFields(recipient: DsnRecipient, isInternational: boolean): readonly string[] {
  const { originalRecipient, action, status, remoteMta, diagnostic, lastAttemptAt, willRetryUntil } = recipient;
  return [
    field('Original-Recipient', originalRecipient === undefined ? undefined : typedAddress(originalRecipient, isInternational), isInternational),
    field('Final-Recipient', finalRecipient(recipient.address, isInternational), isInternational),
    field('Action', action, isInternational),
    field('Status', status, isInternational),
    field('Remote-MTA', remoteMta === undefined ? undefined : `dns; ${remoteMta}`, isInternational),
    // RFC 3464 §2.3.6: what the remote host said is of type smtp; our own words are nobody's protocol.
    field('Diagnostic-Code', diagnostic === undefined ? undefined : `${remoteMta === undefined ? 'x-posthorn' : 'smtp'}; ${diagnostic}`, isInternational),
    field('Last-Attempt-Date', lastAttemptAt === undefined ? undefined : formatDate(lastAttemptAt), isInternational),
    // RFC 3464 §2.3.9: only where it is delayed.
    field('Will-Retry-Until', willRetryUntil === undefined || action !== 'delayed' ? undefined : formatDate(willRetryUntil), isInternational),
  ];
}

function finalRecipient(address: Address, mayBeUtf8: boolean): string {
  const text = formatAddress(address);
  return isInternational(address) ? typedAddress(`utf-8;${text}`, mayBeUtf8) : `rfc822; ${text}`;
}

/** RFC 6533 §3: in a notice that is all ASCII, the letters of a utf-8 address are escaped. */
function typedAddress(typed: string, mayBeUtf8: boolean): string {
  const semicolon = typed.indexOf(';');
  const type = semicolon === -1 ? 'rfc822' : typed.slice(0, semicolon);
  const address = typed.slice(semicolon + 1).trim();
  if (mayBeUtf8 || !/[^\x00-\x7f]/.test(address)) return `${type}; ${address}`;
  return encodeXtext(`utf-8;${address}`).replace(';', '; ');
}

/** One field, folded, on safe characters only; nothing where there is no value. */
function field(name: string, value: string | undefined, isInternational: boolean): string {
  if (value === undefined) return '';
  const plain = safe(value, isInternational).slice(0, FIELD_CHARS_MAX).toWellFormed();
  return `${fold(`${name}: ${plain}`)}\r\n`;
}

/** On one line, without what must not stand in a header. */
export function safe(text: string, mayBeUtf8: boolean): string {
  const line = text.replaceAll(/[\x00-\x1f\x7f\u0080-\u009f\s]+/g, ' ').trim().toWellFormed();
  return mayBeUtf8 ? line : line.replaceAll(/[^\x20-\x7e]/gu, '?');
}

/** Breaks a header line before spaces. RFC 5322 §2.2.3. */
export function fold(line: string): string {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?= )/)) {
    if (current !== '' && current.trim() !== '' && current.length + word.length > LINE_CHARS) {
      lines.push(current);
      current = '';
    }
    current += word;
  }
  return [...lines, current].join('\r\n');
}

/** What a person reads first. `subject` is the letter's own, decoded. Lines end in LF. */
export function reportText(report: DsnReport, subject: string | undefined, enclosed: 'message' | 'headers' | 'nothing'): string {
  const name = subject === undefined || subject === '' ? 'Your letter' : `Your letter “${subject}”`;
  const sections = ACTIONS.flatMap((action) => {
    const recipients = report.recipients.filter((recipient) => recipient.action === action);
    return recipients.length === 0 ? [] : [sectionText(action, name, recipients)];
  });
  const enclosure = {
    message: 'The letter is enclosed as it was.',
    headers: 'The header of the letter is enclosed, so that you can tell which one it was.',
    nothing: '',
  }[enclosed];
  return [
    ...sections,
    wrap(`It arrived here on ${formatDate(report.arrivedAt)}. ${enclosure}`.trim()),
    `-- \nThe mail system at ${domainToUnicode(report.reportingMta)}`,
  ].join('\n\n').concat('\n');
}

/** What the notice is about, in a few words: for its Subject. */
export function reportTitle(report: DsnReport): string {
  const action = ACTIONS.find((one) => report.recipients.some((recipient) => recipient.action === one)) ?? 'failed';
  return TITLES[action];
}

/** In the order of what a sender must know first. */
const ACTIONS: readonly DsnAction[] = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'];

const TITLES: Readonly<Record<DsnAction, string>> = {
  failed: 'Not delivered',
  delayed: 'Delayed',
  delivered: 'Delivered',
  relayed: 'Passed on',
  expanded: 'Passed on to a list',
};

const HEADINGS: Readonly<Record<DsnAction, string>> = {
  failed: 'could not be delivered to',
  delayed: 'has not been delivered yet to',
  delivered: 'was delivered to',
  relayed: 'was passed on to the mail system of',
  expanded: 'reached a list and was passed on to its members',
};

function sectionText(action: DsnAction, name: string, recipients: readonly DsnRecipient[]): string {
  return [
    wrap(`${name} ${HEADINGS[action]}:`),
    ...recipients.map(recipientText),
    ...adviceText(action, recipients),
  ].join('\n\n');
}

function recipientText(recipient: DsnRecipient): string {
  const lines = [`  ${readable(recipient.address)}`];
  const { action, remoteMta, diagnostic } = recipient;
  const status = parseStatus(recipient.status);
  if ((action === 'failed' || action === 'delayed') && status !== undefined) {
    const reason = describeStatus(status);
    lines.push(wrap(`${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}.`, '    '));
  }
  if (diagnostic !== undefined && action !== 'delivered') {
    const words = safe(diagnostic, true).slice(0, QUOTE_CHARS_MAX).toWellFormed();
    lines.push(wrap(remoteMta === undefined ? words : `${domainToUnicode(remoteMta)} said: ${words}`, '    '));
  }
  return lines.join('\n');
}

function adviceText(action: DsnAction, recipients: readonly DsnRecipient[]): readonly string[] {
  switch (action) {
    case 'failed':
      return [wrap('It will not be tried again. If the address is right, please write to its postmaster, or send the letter again later.')];
    case 'delayed': {
      const untils = recipients.flatMap(({ willRetryUntil }) => (willRetryUntil === undefined ? [] : [willRetryUntil]));
      const until = untils.length === 0 ? '' : ` until ${formatDate(Math.max(...untils))}`;
      return [wrap(`You need not do anything: we keep trying${until}, and tell you if it cannot be done.`)];
    }
    case 'relayed':
      return [wrap('That mail system does not confirm delivery, so this is the last that we know.')];
    default:
      return [];
  }
}

/** With the domain in its own script. */
function readable({ localPart, domain }: Address): string {
  const text = formatAddress({ localPart, domain });
  return `${text.slice(0, text.length - domain.length)}${domainToUnicode(domain)}`;
}

function wrap(text: string, indent = ''): string {
  const lines: string[] = [];
  let current = indent;
  for (const word of text.split(' ')) {
    const isFirst = current === indent;
    if (!isFirst && current.length + 1 + word.length > TEXT_CHARS) {
      lines.push(current);
      current = `${indent}${word}`;
    } else current += `${isFirst ? '' : ' '}${word}`;
  }
  return [...lines, current].join('\n');
}

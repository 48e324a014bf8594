/**
 * A letter's journey in plain words, from its rows in the ledger.
 *
 * Pure, for `posthorn trace`, the API and the demo. Rows say more than is told here; what a
 * row does not say is left out.
 */
import { decodeWords } from '@posthorn/mail/encoded-word.ts';
import type { Act, LedgerDetail, LedgerEntry, LetterNote } from '@posthorn/store/ledger.ts';

/** One line for what the letter is (if known), then one for each act, oldest first. */
export function tellJourney(note: LetterNote | undefined, entries: readonly LedgerEntry[]): readonly string[] {
  const inOrder = entries.toSorted((a, b) => a.at - b.at);
  return [...(note === undefined ? [] : [tellNote(note)]), ...inOrder.map((entry) => `${time(entry.at)}  ${tellEntry(entry)}`)];
}

function tellNote({ letter, sender, recipients, subject, octets }: LetterNote): string {
  const [first, ...others] = recipients;
  const to = first === undefined ? '' : ` to ${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
  return `Letter ${letter} from ${sender === '' ? 'the mail system' : sender}${to}${subject === null ? '' : `, “${decodeWords(subject)}”`}, ${size(octets)}`;
}

/** One act, without its time. */
export function tellEntry({ act, recipient, detail }: LedgerEntry): string {
  const teller: (recipient: string, detail: LedgerDetail) => string = TELLERS[act];
  return teller(recipient ?? 'the recipient', detail);
}

const TELLERS: Readonly<Record<Act, (recipient: string, detail: LedgerDetail) => string>> = {
  accepted: (_recipient, detail) => tellAccepted(detail),
  placed: (recipient, detail) => `delivered into ${text(detail, 'mailbox') ?? 'INBOX'} of ${text(detail, 'account', 'deliveredTo') ?? recipient}${forWhom(recipient, detail)}${uid(detail)}`,
  queued: (recipient, detail) => `queued for ${recipient}${until(detail, 'expiresAt', ', to be tried until ')}`,
  delivered: (recipient, detail) => (isLocal(detail)
    ? `attempt ${attempt(detail)}: delivered to ${recipient} here`
    : `attempt ${attempt(detail)}${towards(detail)}: taken for ${recipient}${said(detail)}`),
  deferred: (recipient, detail) => `attempt ${attempt(detail)}${towards(detail)}: ${recipient} has to wait${said(detail)}${until(detail, 'nextAt', '; will be tried again at ')}`,
  failed: (recipient, detail) => `attempt ${attempt(detail)}${towards(detail)}: given up for ${recipient}${detail['isExpired'] === true ? ', its time was over' : ''}${said(detail)}`,
  interrupted: (recipient) => `cut off in the middle of an attempt for ${recipient}: made again, and may arrive twice`,
  held: (recipient) => `held: ${recipient} waits until released`,
  released: (recipient) => `released: ${recipient} is under way again`,
  cancelled: (recipient) => `cancelled for ${recipient}`,
  retried: (recipient) => `to be tried again at once for ${recipient}`,
  collapsed: (_recipient, detail) => `offered again${text(detail, 'client') === undefined ? '' : ` from [${text(detail, 'client')}]`}, as its reply was not heard: stored once, answered the same`,
  notified: (recipient, detail) => `told ${text(detail, 'to') ?? 'the sender'} that ${recipient} ${whatHappened(detail)} (letter ${text(detail, 'notice') ?? 'unknown'})`,
  appended: (_recipient, detail) => `put into ${text(detail, 'mailbox') ?? 'a mailbox'} over IMAP${uid(detail)}`,
  seen: (_recipient, detail) => `read in ${text(detail, 'mailbox') ?? 'a mailbox'}${uid(detail)}`,
  copied: (_recipient, detail) => `copied${between(detail)}${uid(detail)}`,
  moved: (_recipient, detail) => `moved${between(detail)}${uid(detail)}`,
  restored: (_recipient, detail) => `put back${between(detail)}${uid(detail)}`,
  expunged: (_recipient, detail) => `deleted from ${text(detail, 'mailbox') ?? 'a mailbox'}${uid(detail)}`,
};

const SHORTHANDS: ReadonlySet<string> = new Set(['smtp', 'lmtp', 'http']);

function tellAccepted(detail: LedgerDetail): string {
  const about = text(detail, 'about');
  if (about !== undefined) return `made here: a notice about letter ${about}`;
  // Handed over through the API or the control socket: there is no other host to name.
  if (text(detail, 'listener') === 'control') return `accepted from this machine${tellJudgement(detail)}`;
  const user = text(detail, 'user', 'account', 'login');
  const listener = text(detail, 'listener', 'session', 'protocol');
  const name = text(detail, 'heloName', 'helo', 'remoteName');
  const address = text(detail, 'remoteAddress', 'client', 'remote');
  const literal = address === undefined ? undefined : `[${address}]`;
  // Many programs greet with their address: once is enough.
  const peer = [name === literal ? undefined : name, literal].filter((each) => each !== undefined).join(' ');
  const from = user ?? (peer === '' ? undefined : peer);
  return [
    `accepted${from === undefined ? '' : ` from ${from}`}`,
    user !== undefined && peer !== '' ? ` at ${peer}` : '',
    listener === undefined ? '' : ` by ${SHORTHANDS.has(listener) ? listener.toUpperCase() : listener}`,
    tellTls(detail),
    tellJudgement(detail),
  ].join('');
}

function tellJudgement(detail: LedgerDetail): string {
  const verdicts = tellVerdicts(detail);
  return [
    verdicts === '' ? '' : `; judged ${verdicts}`,
    detail['signed'] === true ? '; signed' : '',
    Array.isArray(detail['deadEnds']) ? `; an alias names ${detail['deadEnds'].join(', ')}, where nobody is` : '',
  ].join('');
}

function tellTls(detail: LedgerDetail): string {
  const tls = text(detail, 'tlsProtocol') ?? detail['tls'];
  if (typeof tls === 'string' && tls !== '') return ` over ${/^TLS/i.test(tls) ? tls : `TLS (${tls})`}`;
  if (tls === true) return ' over TLS';
  return tls === false || tls === null ? ' in clear' : '';
}

/** `SPF pass, DKIM pass, DMARC none`. */
function tellVerdicts(detail: LedgerDetail): string {
  return ['spf', 'dkim', 'dmarc', 'iprev'].flatMap((name) => {
    const value = detail[name];
    const said = Array.isArray(value) ? value.join(' and ') : value;
    return typeof said === 'string' && said !== '' ? [`${name === 'iprev' ? name : name.toUpperCase()} ${said}`] : [];
  }).join(', ');
}

function whatHappened(detail: LedgerDetail): string {
  switch (text(detail, 'action')) {
    case 'failed': return 'could not be reached';
    case 'delayed': return 'still has to wait';
    case 'delivered': return 'was reached';
    case 'relayed': return 'was passed on to a host that tells no more';
    default: return 'had news';
  }
}

function isLocal(detail: LedgerDetail): boolean {
  return text(detail, 'host') === undefined;
}

function attempt(detail: LedgerDetail): string {
  return String(detail['attempt'] ?? 1);
}

function towards(detail: LedgerDetail): string {
  const host = text(detail, 'host');
  if (host === undefined) return '';
  const address = text(detail, 'address', 'remoteAddress');
  return ` at ${host}${address === undefined || address === host ? '' : ` [${address}]`}${tellTls(detail)}`;
}

/** What the other side said, or we. */
function said(detail: LedgerDetail): string {
  const words = text(detail, 'text', 'reply');
  const code = typeof detail['code'] === 'number' && detail['code'] > 0 ? String(detail['code']) : undefined;
  const status = text(detail, 'status');
  const all = [code, status !== undefined && words?.startsWith(status) === true ? undefined : status, words].filter((each) => each !== undefined).join(' ');
  return all === '' ? '' : `: ${all}`;
}

/** The recipient, where it is not the account itself. */
function forWhom(recipient: string, detail: LedgerDetail): string {
  const account = text(detail, 'account', 'deliveredTo');
  return account === undefined || account.toLowerCase() === recipient.toLowerCase() || recipient === 'the recipient' ? '' : `, for ${recipient}`;
}

function between(detail: LedgerDetail): string {
  const from = text(detail, 'mailbox', 'from', 'source');
  const to = text(detail, 'target', 'to');
  return `${from === undefined ? '' : ` from ${from}`}${to === undefined ? '' : ` to ${to}`}`;
}

function uid(detail: LedgerDetail): string {
  const uids = detail['uid'] ?? detail['uids'];
  return typeof uids === 'number' || typeof uids === 'string' ? ` (UID ${uids})` : '';
}

function until(detail: LedgerDetail, name: string, words: string): string {
  const at = detail[name];
  return typeof at === 'number' ? `${words}${time(at)}` : '';
}

function text(detail: LedgerDetail, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = detail[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** `2026-11-23 23:41:42Z` */
function time(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}

function size(octets: number): string {
  if (octets < 1000) return `${octets} octets`;
  return octets < 1_000_000 ? `${(octets / 1000).toFixed(1)} kB` : `${(octets / 1_000_000).toFixed(1)} MB`;
}

/**
 * What the wire says of its own accord.
 *
 * RFC 5321 §4.2.2 and §4.2.3 (codes), RFC 3463 and RFC 5248 (enhanced statuses).
 */
import { type Reply, reply } from '../reply.ts';
import type { Session } from '../session.ts';

/** Known to the books, not done here (RFC 5321 §4.2.4: 502). CHUNKING is not announced, so BDAT is not either. */
export const NOT_IMPLEMENTED: ReadonlySet<string> = new Set(['EXPN', 'BDAT', 'ETRN', 'TURN', 'ATRN', 'SEND', 'SOML', 'SAML']);

/** Codes that count as trouble with commands; 550 and its kin are about mail. */
const BAD_CODES: ReadonlySet<number> = new Set([500, 501, 502, 503, 504, 555]);

const STATUSES: Readonly<Record<number, string>> = { 421: '4.7.0', 451: '4.3.0', 500: '5.5.1', 503: '5.5.1' };

export const WORDS = {
  ok: reply(250, '2.0.0', 'Ok'),
  bye: reply(221, '2.0.0', 'Bye'),
  help: reply(214, '2.0.0', 'HELO EHLO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT; see RFC 5321 and postmaster'),
  cannotVerify: reply(252, '2.1.5', 'Cannot verify, but will take letters and try'),
  goAhead: reply(354, '', 'End data with <CR><LF>.<CR><LF>'),
  startTls: reply(220, '2.0.0', 'Ready to start TLS'),
  closing: reply(421, '4.3.2', 'Closing down, try again later'),
  timeout: reply(421, '4.4.2', 'Nothing came for too long, closing'),
  tooSlow: reply(421, '4.4.2', 'The letter came too slowly, closing'),
  tiresome: reply(421, '4.7.0', 'Too many commands without a letter, closing'),
  tooManyBad: reply(421, '4.7.0', 'Too many bad commands, closing'),
  tooManyAuth: reply(421, '4.7.0', 'Too many failed logins, closing'),
  tooManyRefused: reply(421, '4.7.0', 'Too many refused recipients, closing'),
  tooManyConnections: reply(421, '4.7.0', 'Too many connections, try again later'),
  tooManyRecipients: reply(452, '4.5.3', 'Too many recipients, send the letter to these first'),
  noReply: reply(451, '4.3.0', 'Local error in processing, try again later'),
  unknownCommand: reply(500, '5.5.1', 'Command not recognised'),
  notImplemented: reply(502, '5.5.1', 'Command not implemented'),
  notText: reply(500, '5.5.2', 'A command is text in ASCII or UTF-8, without control characters'),
  lineTooLong: reply(500, '5.5.2', 'Line too long'),
  // RFC 4954 §6.
  exchangeTooLong: reply(500, '5.5.6', 'Authentication exchange line is too long'),
  bareLf: reply(500, '5.5.2', 'A command line ends in CRLF'),
  badArguments: reply(501, '5.5.4', 'Bad arguments'),
  badGreeting: reply(501, '5.5.4', 'One name is needed: a domain or an address literal'),
  nestedMail: reply(503, '5.5.1', 'A sender was given already'),
  needMail: reply(503, '5.5.1', 'MAIL comes first'),
  needRcpt: reply(503, '5.5.1', 'RCPT comes first'),
  noRecipients: reply(554, '5.5.1', 'No valid recipients'),
  alreadyTls: reply(503, '5.5.1', 'TLS is active already'),
  authNeedsTls: reply(538, '5.7.11', 'Encryption is required: use STARTTLS first'),
  authNotNow: reply(503, '5.5.1', 'No AUTH now'),
  unknownMechanism: reply(504, '5.5.4', 'Mechanism not offered'),
  statusOf: (code: number): string => STATUSES[code] ?? `${Math.floor(code / 100)}.0.0`,
  isBad: (said: Reply): boolean => BAD_CODES.has(said.code),
} as const;

export interface GreetingFacts {
  readonly hostname: string;
  readonly messageOctetsMax: number;
  readonly isTlsOffered: boolean;
  readonly authentication: ReturnType<Session['authentication']>;
}

/** What EHLO and LHLO announce: RFC 5321 §4.1.1.1. */
export function greetingLines({ hostname, messageOctetsMax, isTlsOffered, authentication }: GreetingFacts): readonly string[] {
  return [
    hostname,
    'PIPELINING',
    `SIZE ${messageOctetsMax}`,
    '8BITMIME',
    'SMTPUTF8',
    'DSN',
    'ENHANCEDSTATUSCODES',
    ...(isTlsOffered ? ['STARTTLS'] : []),
    ...(typeof authentication === 'object' ? [`AUTH ${authentication.mechanisms.join(' ')}`] : []),
  ];
}

/**
 * A reply: the code for machines, the enhanced status for other mail servers, words for people.
 *
 * RFC 5321 §4.2 (codes), RFC 2034 and RFC 3463 (enhanced status).
 */
import type { LetterId } from '@posthorn/store/ids.ts';

export interface Reply {
  readonly code: number;
  /** `5.1.1`; empty where none is sent: the greeting, the answer to EHLO, 354 and 334 (RFC 2034 §4). */
  readonly status: string;
  /** One line each. */
  readonly text: string | readonly string[];
}

/** At once, or when what has to be asked has answered. */
export type Answer = Reply | Promise<Reply>;

export function reply(code: number, status: string, text: string | readonly string[]): Reply {
  return { code, status, text };
}

/** Looks at an answer when it is there; may put another in its place. */
export function after(answer: Answer, look: (said: Reply) => Reply | void): Answer {
  if (answer instanceof Promise) return answer.then((said) => look(said) ?? said);
  return look(answer) ?? answer;
}

/** RFC 5321 §4.2.1: 2yz. */
export function isPositive({ code }: Reply): boolean {
  return code < 300;
}

/** The octets of a reply. RFC 5321 §4.2.1 (several lines), RFC 2034 §4 (the status on each of them). */
export function formatReply({ code, status, text }: Reply): string {
  const before = status === '' ? '' : `${status} `;
  if (typeof text === 'string') return `${code} ${before}${printable(text)}\r\n`;
  const last = text.length - 1;
  return text.map((line, index) => `${code}${index < last ? '-' : ' '}${before}${printable(line)}\r\n`).join('');
}

/** What is quoted from a client must not end the line: RFC 5321 §4.2 has no control characters. */
function printable(line: string): string {
  return line.replaceAll(/[\x00-\x1f\x7f]/g, ' ');
}

/** What the world does to us is always temporary. */
export const LOCAL_FAULT = reply(451, '4.3.0', 'Local error in processing, try again later');
export const STORAGE_FULL = reply(452, '4.3.1', 'Out of storage, try again later');
/** What was true at RCPT no longer is. */
export const CHANGED = reply(451, '4.3.0', 'Something changed while the letter came in, try again');

/** The answer to the dot of a letter that is in the books. */
export function acceptedReply(letter: LetterId, isQueued: boolean): Reply {
  return reply(250, '2.0.0', `Ok: ${isQueued ? 'queued' : 'delivered'} as ${letter}`);
}

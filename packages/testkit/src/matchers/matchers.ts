/**
 * What a test says of letters and inboxes, for any framework: an answer with its reason.
 */
import { findings } from '../deliverable/check.ts';
import type { DeliverabilityOptions } from '../deliverable/finding.ts';
import type { Letter } from '../letter/letter.ts';
import { type Criteria, mismatch } from '../waiting/criteria.ts';
import type { Inbox, WaitOptions } from '../waiting/inbox.ts';
import { WaitTimeout } from '../waiting/wait.ts';

export interface Answer {
  readonly pass: boolean;
  /** Why it fails; for a negated matcher, why that fails. */
  readonly message: () => string;
}

/** A letter came, or comes within the time. */
export async function toReceive(inbox: Inbox, criteria?: Criteria, options?: WaitOptions): Promise<Answer> {
  try {
    const letter = await inbox.waitFor(criteria, options);
    return { pass: true, message: () => `${inbox.address} was not to receive “${letter.subject}” from ${letter.envelope.from || '<>'}` };
  } catch (error) {
    if (!(error instanceof WaitTimeout)) throw error;
    return { pass: false, message: () => error.message };
  }
}

/** The letter is such a one. */
export function toMatchMail(letter: Letter, criteria: Criteria): Answer {
  const why = mismatch(letter, criteria);
  return { pass: why === undefined, message: () => why ?? `“${letter.subject}” was not to match` };
}

export function toHaveLink(letter: Letter, pattern: RegExp | string = ''): Answer {
  return found(() => letter.link(pattern), (url) => `“${letter.subject}” was to have no link that matches ${String(pattern)}; there is ${url}`);
}

export function toHaveCode(letter: Letter, pattern?: RegExp | string): Answer {
  if (typeof pattern === 'string') {
    const { codes } = letter;
    return { pass: codes[0] === pattern, message: () => `the code in “${letter.subject}” is ${codes[0] ?? 'none'}${codes[0] === pattern ? '' : `, not ${pattern}`}` };
  }
  return found(() => letter.code(pattern), (code) => `“${letter.subject}” was to have no code; there is ${code}`);
}

export function toHaveAttachment(letter: Letter, name: RegExp | string = ''): Answer {
  const names = letter.attachments.map(({ filename }) => filename);
  const pass = names.some((one) => (typeof name === 'string' ? name === '' || one === name : one.search(name) !== -1));
  return { pass, message: () => `the attachments of “${letter.subject}” are ${names.join(', ') || 'none'}` };
}

/** It would arrive. Warnings count where `strict` says so. */
export async function toBeDeliverable(letter: Letter, options: DeliverabilityOptions & { readonly strict?: boolean } = {}): Promise<Answer> {
  const all = await findings(letter, options);
  const wrong = options.strict === true ? all : all.filter(({ severity }) => severity === 'error');
  return {
    pass: wrong.length === 0,
    message: () => (wrong.length === 0 ? `“${letter.subject}” was not to be deliverable` : [
      `“${letter.subject}” would have trouble arriving:`, ...all.map(({ rule, severity, reason }) => `  ${severity} ${rule}: ${reason}`),
    ].join('\n')),
  };
}

function found(find: () => string, unwanted: (found: string) => string): Answer {
  try {
    const it = find();
    return { pass: true, message: () => unwanted(it) };
  } catch (error) {
    return { pass: false, message: () => (error instanceof Error ? error.message : String(error)) };
  }
}

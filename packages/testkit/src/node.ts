/**
 * The same for Node's own test runner.
 *
 * `const mail = await useMail()` opens a post office for the tests of a file and closes it after
 * them; `t.assert.receives(inbox, …)` and its like are the matchers.
 */
import { AssertionError } from 'node:assert';
import { after, assert } from 'node:test';
import type { DeliverabilityOptions } from './deliverable/finding.ts';
import type { Letter } from './letter/letter.ts';
import * as matchers from './matchers/matchers.ts';
import { postOffice, type PostOffice, type PostOfficeOptions } from './post-office.ts';
import type { Criteria } from './waiting/criteria.ts';
import type { Inbox, WaitOptions } from './waiting/inbox.ts';

export { mailSnapshot } from './matchers/snapshot.ts';

/** Such a letter came, or comes within the time. Gives it. */
export async function receives(inbox: Inbox, criteria?: Criteria, options?: WaitOptions): Promise<Letter> {
  must(await matchers.toReceive(inbox, criteria, options));
  return inbox.waitFor(criteria, options);
}

export function matchesMail(letter: Letter, criteria: Criteria): void {
  must(matchers.toMatchMail(letter, criteria));
}

export function hasLink(letter: Letter, pattern?: RegExp | string): void {
  must(matchers.toHaveLink(letter, pattern));
}

export function hasCode(letter: Letter, pattern?: RegExp | string): void {
  must(matchers.toHaveCode(letter, pattern));
}

export function hasAttachment(letter: Letter, name?: RegExp | string): void {
  must(matchers.toHaveAttachment(letter, name));
}

export async function isDeliverable(letter: Letter, options?: DeliverabilityOptions & { readonly strict?: boolean }): Promise<void> {
  must(await matchers.toBeDeliverable(letter, options));
}

declare module 'node:test' {
  interface TestContextAssert {
    receives: typeof receives;
    matchesMail: typeof matchesMail;
    hasLink: typeof hasLink;
    hasCode: typeof hasCode;
    hasAttachment: typeof hasAttachment;
    isDeliverable: typeof isDeliverable;
  }
}

for (const [name, check] of Object.entries({ receives, matchesMail, hasLink, hasCode, hasAttachment, isDeliverable })) {
  // Node hands on what a check returns: a promise is awaited by the test.
  assert.register(name, (...said: unknown[]): unknown => Reflect.apply(check, undefined, said));
}

/** A post office for the tests of this file, closed after them: `const mail = await useMail()`. */
export async function useMail(options: PostOfficeOptions = {}): Promise<PostOffice> {
  const mail = await postOffice(options);
  after(() => mail.close());
  return mail;
}

function must({ pass, message }: matchers.Answer): void {
  if (!pass) throw new AssertionError({ message: message(), stackStartFn: must });
}

/**
 * Matchers for Jest, in its mode for ECMAScript modules.
 *
 * `import '@posthorn/testkit/jest'` adds them; `await useMail()` opens a post office for a file.
 */
import { afterAll, expect } from '@jest/globals';
import type { DeliverabilityOptions } from './deliverable/finding.ts';
import type { Letter } from './letter/letter.ts';
import * as matchers from './matchers/matchers.ts';
import { mailSnapshot, type SnapshotOptions } from './matchers/snapshot.ts';
import { postOffice, type PostOffice, type PostOfficeOptions } from './post-office.ts';
import type { Criteria } from './waiting/criteria.ts';
import type { WaitOptions } from './waiting/inbox.ts';

export { mailSnapshot } from './matchers/snapshot.ts';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    /** Of an inbox: such a letter came, or comes within the time. */
    toReceive(criteria?: Criteria, options?: WaitOptions): Promise<R>;
    toMatchMail(criteria: Criteria): R;
    toHaveLink(pattern?: RegExp | string): R;
    toHaveCode(pattern?: RegExp | string): R;
    toHaveAttachment(name?: RegExp | string): R;
    toBeDeliverable(options?: DeliverabilityOptions & { readonly strict?: boolean }): Promise<R>;
    toMatchMailSnapshot(options?: SnapshotOptions): R;
  }
}

const { toReceive, toMatchMail, toHaveLink, toHaveCode, toHaveAttachment, toBeDeliverable } = matchers;

expect.extend({
  toReceive, toMatchMail, toHaveLink, toHaveCode, toHaveAttachment, toBeDeliverable,
  /** By Jest's own matcher, so that its counts and `--ci` hold. */
  toMatchMailSnapshot(letter: Letter, options?: SnapshotOptions): matchers.Answer {
    try {
      expect(mailSnapshot(letter, options)).toMatchSnapshot();
      return { pass: true, message: () => 'a snapshot cannot be negated' };
    } catch (error) {
      return { pass: false, message: () => (error instanceof Error ? error.message : String(error)) };
    }
  },
});

/** A post office for the tests of this file, closed after them: `const mail = await useMail()`. */
export async function useMail(options: PostOfficeOptions = {}): Promise<PostOffice> {
  const mail = await postOffice(options);
  afterAll(() => mail.close());
  return mail;
}

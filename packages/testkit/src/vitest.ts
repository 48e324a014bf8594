/**
 * Matchers and fixtures for Vitest.
 *
 * `import '@posthorn/testkit/vitest'` adds the matchers; `import { test } from …` has a post
 * office for each worker as `mail` and an inbox for each test as `inbox`.
 */
import { expect, Snapshots, test as base } from 'vitest';
import type { DeliverabilityOptions } from './deliverable/finding.ts';
import { Letter } from './letter/letter.ts';
import * as matchers from './matchers/matchers.ts';
import { mailSnapshot, type SnapshotOptions } from './matchers/snapshot.ts';
import { postOffice, type PostOffice } from './post-office.ts';
import type { Criteria } from './waiting/criteria.ts';
import type { Inbox, WaitOptions } from './waiting/inbox.ts';

export { mailSnapshot } from './matchers/snapshot.ts';

export interface MailMatchers<Result = unknown> {
  /** Of an inbox: such a letter came, or comes within the time. */
  toReceive(criteria?: Criteria, options?: WaitOptions): Promise<Result>;
  toMatchMail(criteria: Criteria): Result;
  toHaveLink(pattern?: RegExp | string): Result;
  toHaveCode(pattern?: RegExp | string): Result;
  toHaveAttachment(name?: RegExp | string): Result;
  /** It would arrive: form, hygiene, the way out of a list, alignment in its world's DNS. */
  toBeDeliverable(options?: DeliverabilityOptions & { readonly strict?: boolean }): Promise<Result>;
  /** The same as at the last run, with dates, ids, tokens and codes masked. */
  toMatchMailSnapshot(options?: SnapshotOptions): Result;
}

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends MailMatchers<R> {}
}

const { toReceive, toMatchMail, toHaveLink, toHaveCode, toHaveAttachment, toBeDeliverable } = matchers;

expect.extend({
  toReceive, toMatchMail, toHaveLink, toHaveCode, toHaveAttachment, toBeDeliverable,
  toMatchMailSnapshot(letter: Letter, options?: SnapshotOptions) {
    return Snapshots.toMatchSnapshot.call(this, mailSnapshot(letter, options));
  },
});

// A letter within a larger snapshot looks the same.
expect.addSnapshotSerializer({
  test: (value) => value instanceof Letter,
  serialize: (value: Letter) => mailSnapshot(value),
});

interface MailFixtures {
  /** One for each worker. */
  readonly mail: PostOffice;
  /** One for each test. */
  readonly inbox: Inbox;
}

export const test = base.extend<MailFixtures>({
  mail: [async ({}, use) => {
    await using mail = await postOffice();
    await use(mail);
  }, { scope: 'worker' }],
  inbox: async ({ mail }, use) => {
    await use(mail.inbox());
  },
});

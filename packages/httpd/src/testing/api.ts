/**
 * The API over small books, for tests: what it was asked is kept, what it is told can be changed.
 */
import type { FastifyInstance } from 'fastify';
import { createDirectory } from '@posthorn/directory/listed-directory.ts';
import { createQuickHasher } from '@posthorn/directory/quick-hasher.ts';
import { smallBooks } from '@posthorn/directory/testing/small-books.ts';
import { contentId, letterId } from '@posthorn/store/ids.ts';
import type { LedgerEntry, LetterNote } from '@posthorn/store/ledger.ts';
import type { SpooledLetter } from '@posthorn/store/spool.ts';
import { dkimRecord, generateDkimKeys } from '@posthorn/trust/dkim-keys.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { createApi } from '../api.ts';
import type { ApiOptions } from '../options.ts';
import type { PublishedKey, SubmitAnswer } from '../ports.ts';

export interface TestApi {
  readonly app: FastifyInstance;
  readonly clock: SimClock;
  readonly log: MemoryLog;
  readonly letters: SpooledLetter[];
  readonly ledger: { readonly notes: LetterNote[]; readonly entries: LedgerEntry[] };
  readonly commands: object[];
  readonly submitted: { readonly sender: string; readonly recipients: readonly string[]; readonly content: string }[];
  submitAnswer: SubmitAnswer;
  /** What `check` throws, if anything. */
  fault: Error | undefined;
}

export function testApi(changes: Partial<ApiOptions> = {}): TestApi {
  const clock = new SimClock();
  const log = new MemoryLog();
  const random = seededRandom(1);
  const directory = createDirectory({ store: smallBooks(), domains: ['ash.test'], clock, random, hasher: createQuickHasher(), secret: Buffer.from('s') });
  const keys = new Map<string, readonly PublishedKey[]>();
  const test: Omit<TestApi, 'app'> = {
    clock, log, letters: [], ledger: { notes: [], entries: [] }, commands: [], submitted: [],
    submitAnswer: { kind: 'accepted', letter: letterId('new') }, fault: undefined,
  };
  const app = createApi({
    access: 'open',
    hostNames: 'any',
    administration: directory,
    isOurDomain: (domain) => directory.isOurDomain(domain),
    login: (attempt) => directory.login(attempt),
    store: {
      ...noLetters(),
      check: () => (test.fault === undefined ? Promise.resolve() : Promise.reject(test.fault)),
      ledger: {
        ofLetter: (letter) => {
          const note = test.ledger.notes.find((each) => each.letter === letter);
          return Promise.resolve({ ...(note === undefined ? {} : { note }), entries: test.ledger.entries.filter((entry) => entry.letter === letter) });
        },
        find: ({ address, messageId, limit }) => Promise.resolve(test.ledger.notes.filter((note) => (address === undefined
          ? note.messageId === messageId : note.sender === address || note.recipients.includes(address))).slice(0, limit)),
      },
    },
    queue: {
      list: ({ after, limit }) => {
        const from = after === undefined ? 0 : test.letters.findIndex((each) => each.letter === after) + 1;
        return Promise.resolve(test.letters.slice(from, from + limit));
      },
      get: (letter) => Promise.resolve(test.letters.find((each) => each.letter === letter)),
      command: (act) => {
        test.commands.push(act);
        return Promise.resolve(act.letters ?? test.letters.map((each) => each.letter));
      },
    },
    dkim: {
      keysOf: (domain) => Promise.resolve(keys.get(domain) ?? []),
      make: async (domain) => {
        const made = keys.get(domain) ?? (await generateDkimKeys({ domain, at: clock.now() })).map((key) => ({ selector: key.selector, algorithm: key.algorithm, record: dkimRecord(key) }));
        keys.set(domain, made);
        return made;
      },
    },
    submit: {
      submit: async ({ sender, recipients, content }) => {
        const chunks: Buffer[] = [];
        for await (const chunk of content) chunks.push(chunk);
        const text = (address: { localPart: string; domain: string } | null): string => (address === null ? '<>' : `${address.localPart}@${address.domain}`);
        test.submitted.push({ sender: text(sender), recipients: recipients.map(text), content: Buffer.concat(chunks).toString() });
        return test.submitAnswer;
      },
    },
    metrics: [],
    egress: { fetch: ({ url }) => Promise.resolve({ kind: 'refused', why: `${url} is not asked in tests.` }) },
    clock,
    random,
    log,
    messageOctetsMax: 10_000,
    home: () => ({ hostname: 'mx.ash.test', isDev: true, listeners: [{ protocol: 'submission', at: '127.0.0.1:1025' }, { protocol: 'imap', at: '127.0.0.1:1143' }] }),
    version: '0.0.0',
    ...changes,
  });
  return Object.assign(test, { app });
}

/** Books without a letter, for tests of what is not about letters. */
function noLetters(): Omit<ApiOptions['store'], 'check' | 'ledger'> {
  const nothing = (): never => { throw new Error('not asked in this test'); };
  return {
    contents: { receive: nothing, read: nothing },
    kept: { deleted: nothing, asOf: nothing, restore: nothing, expire: nothing },
    letters: { page: () => Promise.resolve([]), get: () => Promise.resolve(undefined), counts: () => Promise.resolve({ letters: 0, unseen: 0, octets: 0 }) },
    mailboxes: { list: nothing, byName: nothing, counts: nothing, create: nothing, rename: nothing, remove: nothing, subscriptions: nothing, subscribe: nothing, unsubscribe: nothing, claimRecent: nothing },
    messages: { states: nothing, rows: nothing, changes: nothing, setFlags: nothing, expunge: nothing, append: nothing, appendMany: nothing, copy: nothing, move: nothing, read: nothing },
    watch: () => () => {},
  };
}

/** A letter in the spool. */
export function spooled(id: string, changes: Partial<SpooledLetter> = {}): SpooledLetter {
  const part = { type: 'text', subtype: 'plain', parameters: [], encoding: '7bit', header: { start: 0, end: 2 }, body: { start: 2, end: 2 }, lines: 0 };
  const envelope = { date: null, subject: 'Hello', from: [], sender: [], replyTo: [], to: [], cc: [], bcc: [], inReplyTo: null, messageId: null };
  return {
    letter: letterId(id), acceptedAt: Date.UTC(2026, 0, 1), reversePath: 'ann@ash.test', body: '7BIT', isSmtpUtf8: false, isTlsRequired: false,
    prefix: Buffer.alloc(0), expiresAt: Date.UTC(2026, 0, 6), content: contentId(1), contentOctets: 1234, cuts: [],
    summary: { envelope, structure: part, sentAt: null },
    recipients: [{
      address: 'eve@elm.test', route: 'elm.test', index: 0, state: 'waiting', attempts: 1, nextAt: Date.UTC(2026, 0, 1, 0, 5), isNotified: false,
      remark: { code: 451, status: '4.7.1', text: 'Try later', host: 'mx.elm.test' },
    }],
    ...changes,
  };
}

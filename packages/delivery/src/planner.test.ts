import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ListedDirectory } from '@posthorn/directory/listed-directory.ts';
import { createDirectory } from '@posthorn/directory/listed-directory.ts';
import { createOpenDirectory } from '@posthorn/directory/open-directory.ts';
import { createQuickHasher } from '@posthorn/directory/quick-hasher.ts';
import type { SmallBooks } from '@posthorn/directory/testing/small-books.ts';
import { smallBooks } from '@posthorn/directory/testing/small-books.ts';
import { parseAddress } from '@posthorn/mail/address.ts';
import type { EnvelopeRecipient } from '@posthorn/mail/envelope.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import type { Plan } from './plan.ts';
import type { Planner } from './planner.ts';
import { createPlanner } from './planner.ts';

let books: SmallBooks;
let directory: ListedDirectory;
let planner: Planner;
const clock = new SimClock();

beforeEach(async () => {
  books = smallBooks();
  directory = createDirectory({ store: books, domains: ['ash.test'], clock, random: seededRandom(1), hasher: createQuickHasher(), secret: Buffer.from('s') });
  planner = createPlanner({ directory, clock });
  for (const name of ['ann', 'bob', 'eve']) await directory.addAccount(`${name}@ash.test`);
});

function to(text: string, asked: Omit<EnvelopeRecipient, 'address'> = {}): EnvelopeRecipient {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return { address, ...asked };
}

/** A plan as text: `recipient -> account` for copies, `=> address` for what goes on. */
function told(plan: Plan): readonly string[] {
  return [
    ...plan.placements.map((placement) => `${placement.recipient} -> ${placement.deliveredTo}`),
    ...plan.onward.map((onward) => `=> ${onward.address}`),
    ...plan.refused.map(({ recipient, why }) => `${recipient.address.localPart}: ${why}`),
  ];
}

describe('planning', () => {
  it('puts a letter into each recipient\'s INBOX, and sends the rest on', async () => {
    const plan = await planner.plan([to('Ann@ash.test'), to('bob+x@ash.test'), to('carl@elm.test')]);
    expect(told(plan)).toEqual(['Ann@ash.test -> ann@ash.test', 'bob+x@ash.test -> bob@ash.test', '=> carl@elm.test']);
    expect(plan.placements.map((placement) => placement.mailbox)).toEqual(['INBOX', 'INBOX']);
    expect(plan.onward).toEqual([{ address: 'carl@elm.test', route: 'elm.test', nextAt: clock.now() }]);
  });
  it('makes one copy for each account, however many ways lead there', async () => {
    await directory.setAlias('team@ash.test', ['ann@ash.test', 'bob@ash.test', 'carl@elm.test']);
    const plan = await planner.plan([to('team@ash.test'), to('ann@ash.test'), to('ann+x@ash.test'), to('carl@elm.test')]);
    expect(told(plan)).toEqual(['team@ash.test -> ann@ash.test', 'team@ash.test -> bob@ash.test', '=> carl@elm.test']);
  });
  it('keeps addresses elsewhere apart that differ in case', async () => {
    expect(told(await planner.plan([to('Carl@elm.test'), to('carl@elm.test')]))).toEqual(['=> Carl@elm.test', '=> carl@elm.test']);
  });
  it('relies on every alias and account that it used', async () => {
    await directory.setAlias('team@ash.test', ['ann@ash.test', 'more@ash.test']);
    await directory.setAlias('more@ash.test', ['bob@ash.test']);
    const plan = await planner.plan([to('TEAM+x@ash.test'), to('ann@ash.test')]);
    expect(plan.beliefs.map((belief) => `${belief.kind} ${belief.address}`)).toEqual([
      'alias team@ash.test', 'account ann@ash.test', 'alias more@ash.test', 'account bob@ash.test',
    ]);
    expect(plan.beliefs[0]).toMatchObject({ targets: ['ann@ash.test', 'more@ash.test'] });
  });
  it('refuses who is nobody (any more), and aliases that lead in a circle', async () => {
    await directory.setAlias('a@ash.test', ['b@ash.test']);
    await directory.setAlias('b@ash.test', ['a@ash.test']);
    expect(told(await planner.plan([to('gone@ash.test'), to('a@ash.test'), to('ann@ash.test')]))).toEqual([
      'ann@ash.test -> ann@ash.test', 'gone: no-such-user', 'a: alias-loop',
    ]);
  });
  it('reaches whoever is left of an alias and names the others', async () => {
    await directory.setAlias('team@ash.test', ['ann@ash.test', 'gone@ash.test']);
    const plan = await planner.plan([to('team@ash.test')]);
    expect(told(plan)).toEqual(['team@ash.test -> ann@ash.test']);
    expect(plan.deadEnds).toEqual(['gone@ash.test']);
  });
  it('gives postmaster to the first account, and the catch-all what nobody has', async () => {
    await directory.setAlias('@ash.test', ['eve@ash.test']);
    expect(told(await planner.plan([to('postmaster@ash.test'), to('whoever@ash.test')]))).toEqual([
      'postmaster@ash.test -> ann@ash.test', 'whoever@ash.test -> eve@ash.test',
    ]);
  });
});

describe('what is asked about notices (RFC 3461)', () => {
  it('goes on with the recipient', async () => {
    const plan = await planner.plan([to('carl@elm.test', { notify: ['FAILURE', 'DELAY'], originalRecipient: 'rfc822;c@oak.test' })]);
    expect(plan.onward).toMatchObject([{ notify: ['FAILURE', 'DELAY'], originalRecipient: 'rfc822;c@oak.test' }]);
  });
  it('goes through an alias, with the address that the sender knows', async () => {
    await directory.setAlias('team@ash.test', ['carl@elm.test']);
    const plan = await planner.plan([to('Team@ash.test', { notify: [] })]);
    expect(plan.onward).toMatchObject([{ address: 'carl@elm.test', notify: [], originalRecipient: 'rfc822;Team@ash.test' }]);
  });
  it('names an address that ASCII cannot hold by its own type', async () => {
    await directory.setAlias('b\u00fcro@ash.test', ['carl@elm.test']);
    const plan = await planner.plan([to('b\u00fcro@ash.test')]);
    expect(plan.onward).toMatchObject([{ originalRecipient: 'utf-8;b\u00fcro@ash.test' }]);
  });
  it('sends the copy of who wants to hear of success through the spool, once', async () => {
    const plan = await planner.plan([to('ann@ash.test'), to('Ann+x@ash.test', { notify: ['SUCCESS'] }), to('bob@ash.test')]);
    expect(told(plan)).toEqual(['bob@ash.test -> bob@ash.test', '=> ann@ash.test']);
    expect(plan.onward).toMatchObject([{ route: 'ash.test', notify: ['SUCCESS'], originalRecipient: 'rfc822;Ann+x@ash.test' }]);
  });
});

it('plans the same way for the open directory, where each address is an account', async () => {
  const open = createPlanner({ directory: createOpenDirectory({ store: smallBooks(), clock }), clock });
  const plan = await open.plan([to('bob@x.test'), to('bob+y@x.test'), to('BOB@x.test')]);
  expect(told(plan)).toEqual(['bob@x.test -> bob@x.test', 'bob+y@x.test -> bob+y@x.test']);
});

it('never loses a recipient without saying so, whatever the aliases are', async () => {
  const names = ['ann', 'bob', 'a', 'b', 'c', 'gone'];
  const target = fc.constantFrom(...names.map((name) => `${name}@ash.test`), 'x@elm.test', 'y@elm.test');
  const table = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.array(target, { minLength: 1, maxLength: 3 }));
  const success: Omit<EnvelopeRecipient, 'address'> = { notify: ['SUCCESS'] };
  const recipients = fc.array(fc.tuple(target, fc.boolean()), { minLength: 1, maxLength: 5 });
  await fc.assert(fc.asyncProperty(table, recipients, async (aliases, list) => {
    for (const alias of await directory.aliases()) await directory.removeAlias(alias.address);
    for (const [name, targets] of Object.entries(aliases)) await directory.setAlias(`${name}@ash.test`, targets);
    const asked = list.map(([text, isAsking]) => to(text, isAsking ? success : {}));
    const plan = await planner.plan(asked);
    for (const recipient of asked) {
      const isRefused = plan.refused.some((refused) => refused.recipient === recipient);
      const resolution = await directory.resolve(recipient.address);
      expect(isRefused).toBe(resolution.kind === 'unknown');
    }
    const copies = [...plan.placements.map((each) => each.deliveredTo), ...plan.onward.map((each) => each.address)];
    expect(new Set(copies).size).toBe(copies.length);
    expect(copies.length === 0).toBe(plan.refused.length === asked.length);
  }), { numRuns: 1000 });
});

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Address } from '@posthorn/mail/address.ts';
import { formatAddress, parseAddress } from '@posthorn/mail/address.ts';
import { accountId } from '@posthorn/store/ids.ts';
import type { Expansion } from './directory.ts';
import { ALIAS_ADDRESSES_MAX, ALIAS_HOPS_MAX, isReached, walk } from './walk.ts';

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

/** Aliases as an object; names with a capital are people; `@elm.test` is elsewhere. */
function expander(aliases: Readonly<Record<string, readonly string[]>>): (asked: Address) => Promise<Expansion> {
  return (asked) => {
    const name = asked.localPart;
    const targets = aliases[name];
    if (asked.domain === 'elm.test') return Promise.resolve({ kind: 'elsewhere' });
    if (targets !== undefined) return Promise.resolve({ kind: 'alias', targets: targets.map((target) => address(target.includes('@') ? target : `${target}@ash.test`)), belief: { kind: 'alias', address: name, targets } });
    if (!/^[A-Z]/.test(name)) return Promise.resolve({ kind: 'unknown' });
    const account = accountId(name.charCodeAt(0));
    return Promise.resolve({ kind: 'account', account, address: name, belief: { kind: 'account', address: name, account } });
  };
}

async function people(aliases: Readonly<Record<string, readonly string[]>>, start = 'start'): Promise<object> {
  const reached = await walk(expander(aliases), address(`${start}@ash.test`));
  return {
    accounts: reached.accounts.map((account) => account.address),
    elsewhere: reached.elsewhere.map((each) => formatAddress(each)),
    deadEnds: reached.deadEnds,
    isLoop: reached.isLoop,
  };
}

it('finds everyone behind nested aliases, each once', async () => {
  expect(await people({ start: ['team', 'Ann', 'carl@elm.test'], team: ['Ann', 'Bob', 'carl@elm.test'] })).toEqual({
    accounts: ['Ann', 'Bob'], elsewhere: ['carl@elm.test'], deadEnds: [], isLoop: false,
  });
});

it('relies on every alias and account it came by', async () => {
  const reached = await walk(expander({ start: ['team'], team: ['Ann'] }), address('start@ash.test'));
  expect(reached.beliefs.map((belief) => belief.address)).toEqual(['start', 'team', 'Ann']);
});

it('ends in a circle, and still finds who hangs on it', async () => {
  expect(await people({ start: ['b'], b: ['start'] })).toMatchObject({ accounts: [], isLoop: true });
  expect(await people({ start: ['b'], b: ['start', 'Ann'] })).toMatchObject({ accounts: ['Ann'], isLoop: false });
});

it('tells which targets are nobody', async () => {
  expect(await people({ start: ['gone', 'Ann'] })).toMatchObject({ accounts: ['Ann'], deadEnds: ['gone@ash.test'] });
  expect(await people({}, 'gone')).toEqual({ accounts: [], elsewhere: [], deadEnds: ['gone@ash.test'], isLoop: false });
});

it('goes so deep and so far, and no further', async () => {
  const chain = (length: number): Record<string, string[]> => Object.fromEntries(
    Array.from({ length }, (_, at) => [at === 0 ? 'start' : `n${at}`, [at === length - 1 ? 'Ann' : `n${at + 1}`]]));
  expect(await people(chain(ALIAS_HOPS_MAX))).toMatchObject({ accounts: ['Ann'], isLoop: false });
  expect(await people(chain(ALIAS_HOPS_MAX + 1))).toMatchObject({ accounts: [], isLoop: true });
  const wide = Array.from({ length: ALIAS_ADDRESSES_MAX + 1 }, (_, at) => `x${at}@elm.test`);
  expect(await people({ start: wide })).toMatchObject({ elsewhere: [], isLoop: true });
});

it('always ends, whatever the aliases are', async () => {
  const name = fc.constantFrom('start', 'a', 'b', 'c', 'd', 'Ann', 'Bob', 'gone', 'x@elm.test');
  const aliases = fc.dictionary(fc.constantFrom('start', 'a', 'b', 'c', 'd'), fc.array(name, { maxLength: 4 }));
  await fc.assert(fc.asyncProperty(aliases, async (table) => {
    const reached = await walk(expander(table), address('start@ash.test'));
    expect(reached.isLoop && isReached(reached)).toBe(false);
    expect(new Set(reached.accounts.map((account) => account.account)).size).toBe(reached.accounts.length);
  }), { numRuns: 2000 });
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '@posthorn/mail/address.ts';
import { formatAddress, parseAddress } from '@posthorn/mail/address.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import type { Hasher } from './hasher.ts';
import type { ListedDirectory } from './listed-directory.ts';
import { createDirectory } from './listed-directory.ts';
import type { ScramLookup } from './directory.ts';
import { EXCHANGE_MAX, REMEMBERED_FOR } from './login-desk.ts';
import { mechanismsOf } from './sasl/server.ts';
import { createQuickHasher } from './quick-hasher.ts';
import { smallBooks } from './testing/small-books.ts';
import { PAIR_FAILURES_MAX } from './throttle.ts';

let clock: SimClock;
let directory: ListedDirectory;
let hashed: (string | undefined)[];

beforeEach(() => {
  clock = new SimClock();
  hashed = [];
  const quick = createQuickHasher();
  const hasher: Hasher = { ...quick, verify: (password, argon2id) => { hashed.push(argon2id); return quick.verify(password, argon2id); } };
  directory = createDirectory({ store: smallBooks(), domains: ['ash.test', 'oak.test'], clock, random: seededRandom(1), hasher, secret: Buffer.from('secret') });
});

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

async function resolved(text: string): Promise<string> {
  return (await directory.resolve(address(text))).kind;
}

/** Where one hop leads, as text. */
async function hop(text: string): Promise<string> {
  const expansion = await directory.expand(address(text));
  if (expansion.kind === 'account') return expansion.address;
  return expansion.kind === 'alias' ? expansion.targets.map((target) => formatAddress(target)).join(' ') : expansion.kind;
}

async function login(user: string, password: string, remoteAddress = '192.0.2.1'): Promise<string> {
  return (await directory.login({ user, password, remoteAddress })).kind;
}

describe('whose an address is', () => {
  beforeEach(async () => {
    await directory.addAccount('ann@ash.test', 'pencil');
    await directory.addAccount('bob@ash.test', 'paper');
  });
  it('knows the people of our domains, in any case', async () => {
    expect(await resolved('ann@ash.test')).toBe('ours');
    expect(await resolved('ANN@Ash.Test')).toBe('ours');
    expect(await resolved('eve@ash.test')).toBe('unknown');
    expect(await resolved('ann@elm.test')).toBe('elsewhere');
    expect(await resolved('ann@sub.ash.test')).toBe('elsewhere');
  });
  it('does not take a person of one domain for one of another', async () => {
    expect(await resolved('ann@oak.test')).toBe('unknown');
  });
  it('leaves out what follows a plus, unless somebody has exactly that name', async () => {
    expect(await hop('ann+lists@ash.test')).toBe('ann@ash.test');
    expect(await hop('ann+a+b@ash.test')).toBe('ann@ash.test');
    expect(await hop('+ann@ash.test')).toBe('unknown');
    await directory.addAccount('ann+lists@ash.test', 'pencil');
    expect(await hop('ann+lists@ash.test')).toBe('ann+lists@ash.test');
  });
  it('follows aliases, with plus and case', async () => {
    await directory.setAlias('Sales@ash.test', ['ann@ash.test', 'carl@elm.test']);
    expect(await hop('sales@ash.test')).toBe('ann@ash.test carl@elm.test');
    expect(await hop('SALES+x@ash.test')).toBe('ann@ash.test carl@elm.test');
    expect(await resolved('sales@ash.test')).toBe('ours');
  });
  it('asks the catch-all last', async () => {
    await directory.setAlias('@ash.test', ['bob@ash.test']);
    await directory.setAlias('info@ash.test', ['ann@ash.test']);
    expect(await hop('anything@ash.test')).toBe('bob@ash.test');
    expect(await hop('info@ash.test')).toBe('ann@ash.test');
    expect(await hop('ann@ash.test')).toBe('ann@ash.test');
    expect(await resolved('anything@oak.test')).toBe('unknown');
  });
  it('says unknown of an alias that leads to nobody, or in a circle', async () => {
    await directory.setAlias('old@ash.test', ['gone@ash.test']);
    await directory.setAlias('a@ash.test', ['b@ash.test']);
    await directory.setAlias('b@ash.test', ['a@ash.test']);
    expect(await resolved('old@ash.test')).toBe('unknown');
    expect(await resolved('a@ash.test')).toBe('unknown');
  });
  it('has a postmaster in every domain: the first account, or the configured one, or who has that name', async () => {
    expect(await hop('postmaster@oak.test')).toBe('ann@ash.test');
    expect(await hop('PostMaster@ash.test')).toBe('ann@ash.test');
    directory.setListing({ domains: ['ash.test', 'oak.test'], postmaster: 'bob@ash.test' });
    expect(await hop('postmaster@oak.test')).toBe('bob@ash.test');
    await directory.addAccount('postmaster@oak.test', 'x');
    expect(await hop('postmaster@oak.test')).toBe('postmaster@oak.test');
    expect(formatAddress(directory.postmaster())).toBe('postmaster@ash.test');
  });
  it('does not send postmaster into the catch-all', async () => {
    await directory.setAlias('@ash.test', ['bob@ash.test']);
    expect(await hop('postmaster@ash.test')).toBe('ann@ash.test');
  });
  it('follows a reload', async () => {
    directory.setListing({ domains: ['elm.test'] });
    expect(await resolved('ann@ash.test')).toBe('elsewhere');
    expect(await resolved('ann@elm.test')).toBe('unknown');
  });
  it('lets people send as themselves and as aliases that lead to them alone', async () => {
    await directory.setAlias('me@ash.test', ['ann@ash.test']);
    await directory.setAlias('us@ash.test', ['ann@ash.test', 'bob@ash.test']);
    await directory.setAlias('abroad@ash.test', ['ann@ash.test', 'ann@elm.test']);
    const [ann] = await directory.accounts();
    if (ann === undefined) throw new Error('no account');
    const may = async (text: string): Promise<boolean> => directory.maySendAs(ann, address(text));
    expect(await may('ann@ash.test')).toBe(true);
    expect(await may('Ann+shop@ash.test')).toBe(true);
    expect(await may('me@ash.test')).toBe(true);
    expect(await may('us@ash.test')).toBe(false);
    expect(await may('abroad@ash.test')).toBe(false);
    expect(await may('bob@ash.test')).toBe(false);
    expect(await may('ann@elm.test')).toBe(false);
    expect(await may('nobody@ash.test')).toBe(false);
  });
});

describe('adding and removing', () => {
  it('says what is wrong with an account', async () => {
    expect((await directory.addAccount('ann')).kind).toBe('not-an-address');
    expect((await directory.addAccount('ann@elm.test', 'x')).kind).toBe('not-our-domain');
    expect((await directory.addAccount('ann@ash.test', '')).kind).toBe('bad-password');
    expect((await directory.addAccount('ann@ash.test', 'a\u0000b')).kind).toBe('bad-password');
    expect((await directory.addAccount('Ann@ash.test', 'x')).kind).toBe('added');
    expect((await directory.addAccount('ann@ash.test', 'x')).kind).toBe('exists');
    await directory.setAlias('info@ash.test', ['ann@ash.test']);
    expect((await directory.addAccount('info@ash.test', 'x')).kind).toBe('is-alias');
  });
  it('says what is wrong with an alias', async () => {
    await directory.addAccount('ann@ash.test', 'x');
    const set = async (alias: string, ...targets: string[]): Promise<string> => (await directory.setAlias(alias, targets)).kind;
    expect(await set('info', 'ann@ash.test')).toBe('not-an-address');
    expect(await set('@', 'ann@ash.test')).toBe('not-an-address');
    expect(await set('info@elm.test', 'ann@ash.test')).toBe('not-our-domain');
    expect(await set('@elm.test', 'ann@ash.test')).toBe('not-our-domain');
    expect(await set('ANN@ash.test', 'bob@ash.test')).toBe('is-account');
    expect(await set('info@ash.test')).toBe('no-targets');
    expect(await set('info@ash.test', ...Array.from({ length: 501 }, (_, at) => `a${at}@ash.test`))).toBe('too-many-targets');
    expect(await directory.setAlias('info@ash.test', ['ann@ash.test', 'bob'])).toEqual({ kind: 'bad-target', target: 'bob' });
    expect(await directory.aliases()).toEqual([]);
  });
  it('keeps targets once, and tells whether an alias reaches anybody', async () => {
    await directory.addAccount('ann@ash.test', 'x');
    expect(await directory.setAlias('info@ash.test', ['ann@ash.test', 'ANN@ash.test', 'nobody@ash.test'])).toEqual({
      kind: 'set', alias: { address: 'info@ash.test', targets: ['ANN@ash.test', 'nobody@ash.test'] }, isReaching: true,
    });
    expect(await directory.setAlias('x@ash.test', ['nobody@ash.test'])).toMatchObject({ kind: 'set', isReaching: false });
    expect((await directory.removeAlias('X@ash.test')).kind).toBe('removed');
    expect((await directory.removeAlias('x@ash.test')).kind).toBe('no-alias');
  });
  it('names the aliases that a removed account leaves behind', async () => {
    await directory.addAccount('ann@ash.test', 'x');
    await directory.setAlias('info@ash.test', ['Ann@ash.test']);
    expect(await directory.removeAccount('ann@ash.test')).toEqual({ kind: 'removed', aliases: [{ address: 'info@ash.test', targets: ['Ann@ash.test'] }] });
    expect((await directory.removeAccount('ann@ash.test')).kind).toBe('no-account');
    expect((await directory.setPassword('ann@ash.test', 'x')).kind).toBe('no-account');
  });
});

describe('logging in', () => {
  beforeEach(async () => {
    await directory.addAccount('ann@ash.test', 'pencil');
    await directory.addAccount('bob@oak.test');
  });
  it('welcomes the right password only, and the account in any case', async () => {
    expect(await login('Ann@Ash.test', 'pencil')).toBe('welcome');
    expect(await login('ann@ash.test', 'Pencil')).toBe('refused');
    expect(await login('ann@ash.test', '')).toBe('refused');
    expect(await login('eve@ash.test', 'pencil')).toBe('refused');
    expect(await login('ann+x@ash.test', 'pencil')).toBe('refused');
  });
  it('takes the local part alone where there is one domain only', async () => {
    expect(await login('ann', 'pencil')).toBe('refused');
    directory.setListing({ domains: ['ash.test'] });
    expect(await login('ann', 'pencil')).toBe('welcome');
  });
  it('takes a password typed in two ways for the same', async () => {
    await directory.setPassword('ann@ash.test', 'f\u00e4den');
    expect(await login('ann@ash.test', 'fa\u0308den')).toBe('welcome');
  });
  it('hashes for a user that does not exist, and for one without a password, as for any other', async () => {
    await login('eve@ash.test', 'x');
    await login('bob@oak.test', 'x');
    expect(hashed).toEqual([undefined, undefined]);
  });
  it('remembers a right password for a while and hashes it once', async () => {
    await login('ann@ash.test', 'pencil');
    await login('ann@ash.test', 'pencil');
    expect(hashed).toHaveLength(1);
    await clock.advance(REMEMBERED_FOR + 1);
    await login('ann@ash.test', 'pencil');
    expect(hashed).toHaveLength(2);
  });
  it('does not remember a password that was changed, or an account that is gone', async () => {
    await login('ann@ash.test', 'pencil');
    await directory.setPassword('ann@ash.test', 'brush');
    expect(await login('ann@ash.test', 'pencil')).toBe('refused');
    expect(await login('ann@ash.test', 'brush')).toBe('welcome');
    await directory.removeAccount('ann@ash.test');
    expect(await login('ann@ash.test', 'brush')).toBe('refused');
  });
  it('answers throttled after too many failures, even to the right password, but not elsewhere', async () => {
    for (let tries = 0; tries < PAIR_FAILURES_MAX; tries += 1) expect(await login('ann@ash.test', 'no')).toBe('refused');
    expect(await login('ann@ash.test', 'pencil')).toBe('throttled');
    expect(hashed).toHaveLength(PAIR_FAILURES_MAX);
    expect(await login('ann@ash.test', 'pencil', '198.51.100.7')).toBe('welcome');
  });
  it('lets many programs of one person log in at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => login('ann@ash.test', 'pencil')));
    expect(answers.filter((answer) => answer === 'welcome')).toHaveLength(50);
  });
  it('lets no more be guessed at the same time than one after the other', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => login('ann@ash.test', 'no')));
    expect(answers.filter((answer) => answer === 'refused')).toHaveLength(PAIR_FAILURES_MAX);
  });
});

describe('SCRAM', () => {
  async function lookUp(user: string, remoteAddress = '192.0.2.1'): Promise<ScramLookup | 'throttled'> {
    const lookup = await directory.scram?.(user, remoteAddress);
    if (lookup === undefined) throw new Error('SCRAM is not offered');
    return lookup;
  }
  it('gives the keys of who has them', async () => {
    await directory.addAccount('ann@ash.test', 'pencil');
    const lookup = await lookUp('ann@ash.test');
    expect(lookup).toMatchObject({ keys: { iterations: 4096 }, account: { address: 'ann@ash.test' } });
  });
  it('makes up keys for nobody: the same each time, of the same shape', async () => {
    const real = await directory.addAccount('ann@ash.test', 'pencil');
    const first = await lookUp('eve@ash.test');
    expect(await lookUp('EVE@ash.test', '198.51.100.7')).toEqual(first);
    expect(await lookUp('mal@ash.test')).not.toEqual(first);
    if (first === 'throttled' || real.kind !== 'added' || real.account.credentials?.scramSha256 === undefined) throw new Error('no keys');
    expect(first.account).toBeUndefined();
    const lengths = (keys: object): readonly string[] => Object.entries(keys).map(([name, value]) => `${name} ${String(value).length}`);
    expect(lengths(first.keys).toSorted()).toEqual(lengths(real.account.credentials.scramSha256).toSorted());
  });
  it('throttles exchanges that did not succeed, and not those that did', async () => {
    await directory.addAccount('ann@ash.test', 'pencil');
    for (let tries = 0; tries < 3 * PAIR_FAILURES_MAX; tries += 1) {
      await lookUp('ann@ash.test');
      directory.scramOutcome?.('ann@ash.test', '192.0.2.1', true);
    }
    for (let tries = 0; tries < PAIR_FAILURES_MAX; tries += 1) {
      expect(await lookUp('ann@ash.test')).not.toBe('throttled');
      directory.scramOutcome?.('Ann@ash.test', '192.0.2.1', false);
    }
    expect(await lookUp('ann@ash.test')).toBe('throttled');
  });
  it('takes an exchange that its client leaves open for a failure', async () => {
    for (let tries = 0; tries < PAIR_FAILURES_MAX; tries += 1) await lookUp('ann@ash.test');
    const next = lookUp('ann@ash.test');
    await clock.advance(EXCHANGE_MAX);
    expect(await next).toBe('throttled');
  });
  it('is not offered where no keys are kept', () => {
    const { scramIterations: _none, ...hasher } = createQuickHasher();
    const plain = createDirectory({ store: smallBooks(), domains: ['ash.test'], clock, random: seededRandom(1), hasher, secret: Buffer.from('s') });
    expect(mechanismsOf(plain)).toEqual(['PLAIN', 'LOGIN']);
    expect(mechanismsOf(directory)).toEqual(['SCRAM-SHA-256', 'PLAIN', 'LOGIN']);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { parseAddress } from '@posthorn/mail/address.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import type { OpenDirectory } from './open-directory.ts';
import { createOpenDirectory } from './open-directory.ts';
import { mechanismsOf } from './sasl/server.ts';
import type { SmallBooks } from './testing/small-books.ts';
import { smallBooks } from './testing/small-books.ts';

let books: SmallBooks;
let directory: OpenDirectory;
beforeEach(() => {
  books = smallBooks();
  directory = createOpenDirectory({ store: books, clock: new SimClock() });
});

async function login(user: string): Promise<string> {
  const answer = await directory.login({ user, password: 'anything', remoteAddress: '127.0.0.1' });
  return answer.kind === 'welcome' ? answer.account.address : answer.kind;
}

async function accountFor(text: string): Promise<string> {
  const address = parseAddress(text);
  if (address === undefined) throw new Error('no address');
  expect(await directory.resolve(address)).toEqual({ kind: 'ours' });
  const expansion = await directory.expand(address);
  return expansion.kind === 'account' ? expansion.address : expansion.kind;
}

describe('the open directory', () => {
  it('makes an account of each address, plus and all, at first sight', async () => {
    expect(await accountFor('bob@x.test')).toBe('bob@x.test');
    expect(await accountFor('bob+x@x.test')).toBe('bob+x@x.test');
    expect(await accountFor('BOB@X.test')).toBe('bob@x.test');
    expect((await directory.accounts()).map((account) => account.address)).toEqual(['bob@x.test', 'bob+x@x.test']);
  });
  it('makes no account of an address that is only asked about', async () => {
    const address = parseAddress('eve@x.test');
    if (address !== undefined) await directory.resolve(address);
    expect(await directory.accounts()).toEqual([]);
  });
  it('welcomes any name with any password, and one person under one name', async () => {
    expect(await login('bob@x.test')).toBe('bob@x.test');
    expect(await login('Bob@X.test')).toBe('bob@x.test');
    expect(await login('bob')).toBe('bob@localhost');
    expect(await login('bob@localhost')).toBe('bob@localhost');
    expect(await login('anything goes, here')).toBe('anything goes, here@localhost');
    expect(await login('x'.repeat(400))).toBe('refused');
  });
  it('offers PLAIN and LOGIN only', () => {
    expect(mechanismsOf(directory)).toEqual(['PLAIN', 'LOGIN']);
  });
  it('makes an account again that was removed', async () => {
    await accountFor('bob@x.test');
    expect((await directory.removeAccount('bob@x.test')).kind).toBe('removed');
    expect(await accountFor('bob@x.test')).toBe('bob@x.test');
  });
  it('follows an alias that somebody set', async () => {
    expect((await directory.setAlias('team@x.test', ['bob@x.test'])).kind).toBe('set');
    expect(await accountFor('team@x.test')).toBe('alias');
  });
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { ELM, Keyboard } from '../testing/keyboard.ts';
import { openServer } from '../testing/server.ts';

test('people and aliases come and go without a running server', async () => {
  using keyboard = new Keyboard(ELM);
  expect(await keyboard.types('account add eve@elm.test --password-stdin', 'a long secret\n')).toEqual({ status: 0, out: 'Added eve@elm.test.\n', err: '' });
  expect(await keyboard.types('account add eve@elm.test')).toMatchObject({ status: 1, err: 'posthorn: There is an account eve@elm.test already.\n' });
  expect((await keyboard.types('account add eve@ash.test')).err).toContain('not one of ours');
  expect((await keyboard.types('alias add team@elm.test eve@elm.test')).out).toBe('team@elm.test now stands for eve@elm.test.\n');
  expect((await keyboard.types('alias list')).out).toBe('ALIAS          STANDS FOR\nteam@elm.test  eve@elm.test\n');
  expect(JSON.parse((await keyboard.types('account list --json')).out)).toMatchObject({ accounts: [{ address: 'eve@elm.test', canLogIn: true }] });
  expect((await keyboard.types('account remove eve@elm.test')).out).toContain('These aliases still name it: team@elm.test');
  expect((await keyboard.types('account list')).out).toBe('ADDRESS  SINCE  LOGIN  LETTERS  SIZE  QUOTA\n');
});

test('someone without a password is given one later', async () => {
  using keyboard = new Keyboard(ELM);
  const server = await openServer(keyboard);
  onTestFinished(() => server.close());
  await keyboard.types('account add bob@elm.test');
  expect((await keyboard.types('account list')).out).toMatch(/^bob@elm\.test {2}\d{4}-\d\d-\d\d {2}no password +0 +0 B +unlimited$/m);
  expect(await keyboard.types('account passwd bob@elm.test --password-stdin', 'a long secret\r\n')).toMatchObject({ status: 0, out: 'The password of bob@elm.test is set.\n' });
  expect((await keyboard.types('account list')).out).toMatch(/^bob@elm\.test {2}\d{4}-\d\d-\d\d {2}yes +0 +0 B +unlimited$/m);
});

test('a password is piped, and there has to be one', async () => {
  using keyboard = new Keyboard(ELM);
  const server = await openServer(keyboard);
  onTestFinished(() => server.close());
  expect(await keyboard.types('account passwd bob@elm.test')).toMatchObject({ status: 2, err: expect.stringContaining('say --password-stdin') });
  expect(await keyboard.types('account passwd bob@elm.test --password-stdin', '\n')).toEqual({ status: 1, out: '', err: 'posthorn: no password came on standard input\n' });
  expect(await keyboard.types('account passwd bob@elm.test --password-stdin', 'a long secret\n')).toEqual({ status: 1, out: '', err: 'posthorn: There is no account bob@elm.test.\n' });
});

test('an alias may lead elsewhere, catch all, and be removed', async () => {
  using keyboard = new Keyboard(ELM);
  const server = await openServer(keyboard);
  onTestFinished(() => server.close());
  const { out } = await keyboard.types('alias add @elm.test far@far.test --json');
  expect(JSON.parse(out)).toMatchObject({ address: '@elm.test', targets: ['far@far.test'] });
  expect((await keyboard.types('alias add team@elm.test ann@elm.test')).status).toBe(0);
  expect((await keyboard.types('alias remove @elm.test')).out).toBe('Removed @elm.test.\n');
  expect(JSON.parse((await keyboard.types('alias list --json')).out)).toMatchObject({ aliases: [{ address: 'team@elm.test', targets: ['ann@elm.test'] }] });
  expect(await keyboard.types('alias remove @elm.test')).toMatchObject({ status: 1, err: 'posthorn: There is no alias @elm.test.\n' });
});

test('a path that is no data folder, and books that are none, are told in one sentence', async () => {
  using keyboard = new Keyboard('no books');
  expect(await keyboard.types('account list --data gone')).toEqual({ status: 1, out: '', err: `posthorn: there is no data folder ${keyboard.path('gone')}\n` });
  expect(await keyboard.types('account list --data posthorn.toml')).toMatchObject({ status: 1, err: expect.stringMatching(/^posthorn: the data folder \S+ cannot be used: EEXIST[^\n]*\n$/) });
});

test('books that SQLite does not know are told in one sentence', async () => {
  using keyboard = new Keyboard(ELM);
  mkdirSync(keyboard.path('data'));
  writeFileSync(keyboard.path('data', 'books.db'), 'no books at all '.repeat(1000));
  expect(await keyboard.types('account list')).toEqual({ status: 1, out: '', err: `posthorn: the data folder ${keyboard.path('data')} cannot be used: file is not a database\n` });
});

test('a data folder with a longer path than a socket may have still answers commands', async () => {
  using keyboard = new Keyboard();
  mkdirSync(keyboard.path('long'.repeat(40)));
  expect(await keyboard.types(['account', 'list', '--data', 'long'.repeat(40)])).toMatchObject({ status: 0, err: '' });
});

test('a person has the configured quota, or one of their own', async () => {
  using keyboard = new Keyboard(`${ELM}[quota]\naccount = "1GB"\naccount_letters = 1000\n`);
  await keyboard.types('account add bob@elm.test');
  expect((await keyboard.types('account list')).out).toMatch(/^bob@elm\.test .* 1\.0 GB, 1000 letters$/m);
  expect((await keyboard.types('account quota bob@elm.test 2500MB')).out).toBe('OF            LETTERS  SIZE  QUOTA\nbob@elm.test  0        0 B   2.5 GB, 1000 letters\n');
  expect((await keyboard.types('account quota bob@elm.test unlimited --letters default')).out).toMatch(/ 1000 letters$/m);
  expect(JSON.parse((await keyboard.types('account quota bob@elm.test default --letters 7 --json')).out)).toEqual({
    quotas: [{ of: 'bob@elm.test', used: { octets: 0, letters: 0 }, limits: { octets: 1_000_000_000, letters: 7 } }],
  });
  expect(await keyboard.types('account quota bob@elm.test much')).toMatchObject({ status: 2, err: expect.stringContaining('SIZE is 500MB, 2GB and the like') });
  expect(await keyboard.types('account quota eve@elm.test')).toMatchObject({ status: 1, err: 'posthorn: There is no account eve@elm.test.\n' });
});

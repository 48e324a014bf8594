import { afterAll, beforeAll, expect, test } from 'vitest';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ELM, Keyboard } from '../testing/keyboard.ts';
import { openServer } from '../testing/server.ts';

const OAK = `${ELM.replaceAll('elm.test', 'oak.test')}[[listener]]
protocol = "imap"
address = "127.0.0.1:0"
`.replace('[relay]\nsmarthost = "smtp://127.0.0.1:1"\n', '');

const source = new Keyboard(OAK);
const target = new Keyboard(ELM);
let from = '';
let close: () => Promise<void>;

beforeAll(async () => {
  const server = await openServer(source);
  close = () => server.close();
  const port = server.bound.find(({ protocol }) => protocol === 'imap')?.endpoint;
  from = `imap://ann%40oak.test@127.0.0.1:${port !== undefined && 'port' in port ? port.port : 0}`;
  await source.types('account add ann@oak.test --password-stdin', 'a long password\n');
  const letters = Array.from({ length: 60 }, (_, number) => `From ann@oak.test Mon Nov 23 12:00:00 2026\nSubject: Letter ${number}\nStatus: ${number % 2 === 0 ? 'RO' : 'O'}\nX-Keywords: work\n\nIt works ${number}.\n\n`);
  writeFileSync(source.path('a.mbox'), letters.join(''));
  writeFileSync(source.path('b.mbox'), `From ann@oak.test Mon Nov 23 12:00:00 2026\nSubject: Sent\n\n${'many words '.repeat(30_000)}\n`);
  await source.types('mailbox import ann@oak.test a.mbox --format mbox --mailbox Lists/Entwürfe');
  await source.types('mailbox import ann@oak.test b.mbox --format mbox --mailbox Sent');
  await target.types('account add ann@elm.test');
});
afterAll(async () => {
  await close();
  source[Symbol.dispose]();
  target[Symbol.dispose]();
});

const PASSWORD = 'a long password\n';

function migrate(more = ''): ReturnType<Keyboard['types']> {
  return target.types(`mailbox migrate ann@elm.test --from ${from} --password-stdin --insecure${more}`, PASSWORD);
}

/** Letters of an exported archive with what belongs to them, the numbers of their files left out. */
async function archived(keyboard: Keyboard, address: string, name: string): Promise<readonly string[]> {
  await keyboard.types(`mailbox export ${address} ${name} --format archive`);
  const text = readFileSync(keyboard.path(name), 'latin1');
  return Array.from(text.matchAll(/POSTHORN\.mailbox=([^\n]*)\n\d+ POSTHORN\.flags=([^\n]*)\n\d+ POSTHORN\.date=(\d+)\n\d+ POSTHORN\.sha256=(\w+)/g), (match) => match.slice(1).join(' ')).toSorted();
}

test('a dry run says what is there and brings nothing', async () => {
  const { out, err } = await migrate(' --dry-run');
  expect(err).toBe('');
  expect(out).toMatch(/^mailbox +goes to +use +there +new\n/);
  expect(out).toMatch(/^Lists\/Entw.*rfe +Lists\/Entwürfe +60 +60$/m);
  expect(out).toMatch(/^Sent +Sent +\\Sent +1 +1$/m);
  expect(await archived(target, 'ann@elm.test', 'dry.tar')).toEqual([]);
});

test('all mail of another server comes over with flags, dates and mailboxes, and a second run fetches nothing', async () => {
  expect(await migrate()).toMatchObject({ status: 0, err: '', out: expect.stringMatching(/^Kept 61 letters; 0 were there already;/) });
  const there = await archived(source, 'ann@oak.test', 'there.tar');
  expect(there).toHaveLength(61);
  expect(await archived(target, 'ann@elm.test', 'here.tar')).toEqual(there);
  expect((await migrate()).out).toBe('Kept 0 letters; 0 were there already; 0 octets in all.\n');
});

test('what came meanwhile is brought by the next run, and a run whose notes are lost keeps nothing twice', async () => {
  writeFileSync(source.path('c.mbox'), 'From ann@oak.test Mon Nov 23 12:00:00 2026\nSubject: Late\n\nx\n');
  await source.types('mailbox import ann@oak.test c.mbox --format mbox');
  expect((await migrate(' --mailbox INBOX')).out).toMatch(/^Kept 1 letters; 0 were there already/);
  for (const name of readdirSync(target.path('data', 'migrations'))) writeFileSync(target.path('data', 'migrations', name), 'half a li');
  expect((await migrate()).out).toMatch(/^Kept 0 letters; 62 were there already/);
});

test('what is wrong is said in a sentence, and no password is taken from the command line', async () => {
  expect((await target.types(`mailbox migrate ann@elm.test --from ${from} --password-stdin --insecure`, 'wrong\n')).err).toMatch(/^posthorn: 127\.0\.0\.1:\d+ does not let us in: /);
  expect((await migrate(' --mailbox Nowhere')).err).toBe('posthorn: there is no mailbox Nowhere at the other server\n');
  expect(await target.types('mailbox migrate ann@elm.test --from imaps://a:b@oak.test --password-stdin')).toMatchObject({ status: 2 });
  expect(await target.types('mailbox migrate ann@elm.test --from oak.test --password-stdin')).toMatchObject({ status: 2 });
  expect((await target.types('mailbox migrate ann@elm.test --from imap://a@127.0.0.1:1 --password-stdin', PASSWORD)).err).toMatch(/^posthorn: 127\.0\.0\.1:1 does not let us in: /);
});

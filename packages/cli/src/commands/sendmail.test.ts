import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host } from '@posthorn/server/host.ts';
import { ELM, Keyboard } from '../testing/keyboard.ts';
import { openServer } from '../testing/server.ts';

const keyboard = new Keyboard(ELM);
let server: Host;

beforeAll(async () => {
  server = await openServer(keyboard);
  await keyboard.types('account add eve@elm.test');
});

afterAll(async () => {
  await server.close();
  keyboard[Symbol.dispose]();
});

/** Eve's letter that came last, as it is kept. */
async function latest(): Promise<string> {
  const { accounts, mailboxes, messages } = server.core.store;
  const account = await accounts.byAddress('eve@elm.test');
  const inbox = account === undefined ? undefined : await mailboxes.byName(account.id, 'INBOX');
  if (account === undefined || inbox === undefined) throw new Error('Eve has no INBOX');
  const key = { account: account.id, mailbox: inbox.id };
  const [row] = await messages.rows(key, (await messages.states(key)).slice(-1).map(({ uid }) => uid));
  if (row === undefined) throw new Error('no letter came');
  const chunks: Buffer[] = [];
  for await (const chunk of messages.read(row)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function sent(words: string | readonly string[], letter: string): Promise<string> {
  expect(await keyboard.types(words, letter)).toEqual({ status: 0, out: '', err: '' });
  return latest();
}

test('-t takes the recipients from the letter and leaves Bcc out', async () => {
  const letter = await sent('sendmail -t -i', 'From: ann@elm.test\nTo: Ann <bob@far.test>\nBcc: eve@elm.test,\n carl@far.test\nSubject: The road\n\nIt works.\n');
  expect(letter).toContain('Subject: The road\r\n\r\nIt works.\r\n');
  expect(letter).toMatch(/^Return-Path: <ann@elm\.test>/);
  expect(letter).not.toMatch(/^Bcc|carl/m);
});

test('a line with only a dot ends the letter, unless told otherwise in one of the ways of old', async () => {
  const dotted = 'From: ann@elm.test\nSubject: Dots\n\nbefore\n.\nafter\n';
  expect(await sent('sendmail eve@elm.test', dotted)).toMatch(/\r\n\r\nbefore\r\n$/);
  for (const words of ['sendmail -i eve@elm.test', 'sendmail -oi eve@elm.test', 'sendmail -oi -oem -odb eve@elm.test']) {
    expect(await sent(words, dotted), words).toMatch(/\r\n\r\nbefore\r\n\.\r\nafter\r\n$/);
  }
});

test('cron writes to a bare name, which is one of our first domain', async () => {
  const letter = await sent(['sendmail', '-FCronDaemon', '-i', '-B8BITMIME', '-oem', '-f', 'root', 'eve'], 'To: eve\nSubject: Cron\n\nIt ran.\n');
  expect(letter).toMatch(/^Return-Path: <root@elm\.test>/);
  expect(letter).toMatch(/^From: CronDaemon <root@elm\.test>\r$/m);
});

test.each([
  ['Ann', 'Ann'],
  ['Ash, Ann "the" first', '"Ash, Ann \\"the\\" first"'],
  ['Ann\r\nX-Evil: yes', '"Ann X-Evil: yes"'],
])('the name %j stands in From as %s', async (name, written) => {
  const letter = await sent(['sendmail', '-F', name, '-f', 'ann@elm.test', 'eve'], 'Subject: x\n\nx\n');
  expect(letter).toContain(`\r\nFrom: ${written} <ann@elm.test>\r\n`);
});

test('a text without any header is a letter too', async () => {
  expect(await sent('sendmail -f ann@elm.test eve', 'Hello Eve\n')).toMatch(/\r\nFrom: <ann@elm\.test>\r\n\r\nHello Eve\r\n$/);
});

test('what is refused is told in one sentence', async () => {
  const { status, out, err } = await keyboard.types('sendmail -f ann@elm.test nobody@elm.test', 'Subject: x\n\nx\n');
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toMatch(/^posthorn: nobody@elm\.test: [^\n]+\n$/);
  expect(await keyboard.types('sendmail -f x@@y eve', 'Subject: x\n\nx\n')).toMatchObject({ status: 2, err: expect.stringContaining('the sender “x@@y” is not an address') });
  expect(await keyboard.types('sendmail -t', 'Subject: x\n\nx\n')).toMatchObject({ status: 2, err: expect.stringContaining('to whom?') });
});

test('without a server nothing is sent, and it says so', async () => {
  using elsewhere = new Keyboard(ELM);
  expect(await elsewhere.types('sendmail -t -i', 'From: ann@elm.test\nTo: eve@elm.test\n\nHello\n')).toEqual({ status: 1, out: '', err: 'posthorn: no server is running that could send it\n' });
});

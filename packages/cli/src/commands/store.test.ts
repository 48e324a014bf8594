import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ELM, Keyboard } from '../testing/keyboard.ts';
import { openServer } from '../testing/server.ts';

const LARGE = `Subject: Many words\n\n${'words and more words\n'.repeat(8000)}`;

/** Books with an account, two letters under way and a backup that was made while a server ran. */
async function backedUp(keyboard: Keyboard): Promise<void> {
  const server = await openServer(keyboard);
  await keyboard.types('account add eve@elm.test --password-stdin', 'a long password\n');
  await keyboard.types('sendmail -i -f eve@elm.test eve@elm.test bob@far.test', 'Subject: The road\n\nIt works.\n');
  await keyboard.types('sendmail -i -f eve@elm.test eve@elm.test bob@far.test', LARGE);
  const { out, status } = await keyboard.types('store backup backup');
  expect(out).toMatch(/^Backed up and read back: 2 messages, 2 letters under way, .* new since the last time: 2 letters/);
  expect(status).toBe(0);
  await server.close();
}

test('a backup made while the server runs is tried out, and restored where there are no books', async () => {
  using keyboard = new Keyboard(ELM);
  await backedUp(keyboard);
  expect((await keyboard.types('store backup backup')).out).toMatch(/new since the last time: 0 letters/);
  const drill = await keyboard.types(`store drill backup --tmp ${keyboard.folder} --json`);
  expect(JSON.parse(drill.out.trim().split('\n').at(-1) ?? '')).toMatchObject({ event: 'done', messages: 2, held: 2, examination: { damageCount: 0 } });
  expect(JSON.parse(drill.out.split('\n')[0] ?? '')).toMatchObject({ event: 'progress', task: 'copying books' });
  expect((await keyboard.types('store restore backup')).err).toMatch(/^posthorn: there are books in .* already\n$/);
  using other = new Keyboard(ELM);
  const restored = await other.types(`store restore ${keyboard.path('backup')}`);
  expect(restored).toMatchObject({ status: 0, err: '' });
  expect(restored.out).toMatch(/1 accounts, 2 messages\. Every mailbox has a new UIDVALIDITY\.\n2 letters under way are held/);
  expect((await other.types('account list')).out).toContain('eve@elm.test');
  expect((await other.types('queue list')).out).toMatch(/held/);
});

test('a damaged letter is named, and repair saves the others', async () => {
  using keyboard = new Keyboard(ELM);
  await backedUp(keyboard);
  expect(await keyboard.types('store verify')).toMatchObject({ status: 0, err: '' });
  const [name = ''] = readdirSync(keyboard.path('data', 'contents'));
  const octets = readFileSync(keyboard.path('data', 'contents', name));
  octets[octets.length - 3] = (octets[octets.length - 3] ?? 0) ^ 1;
  writeFileSync(keyboard.path('data', 'contents', name), octets);
  const server = await openServer(keyboard);
  const found = await keyboard.types('store verify');
  expect(found.status).toBe(1);
  expect(found.out).toMatch(/2 damages\..*\n {2}message eve@elm\.test INBOX UID 2 \w+: its octets .*\n {2}spooled letter /);
  expect((await keyboard.types('store verify --repair')).err).toBe('posthorn: a server has the books open; stop it first, then repair them\n');
  await server.close();
  const mended = await keyboard.types('store verify --repair');
  expect(mended).toMatchObject({ status: 0, err: '' });
  expect(mended.out).toMatch(/^Mended: 1 messages and 1 letters under way are whole\. 2 damages;/);
  expect(existsSync(keyboard.path('data', 'quarantine'))).toBe(true);
  expect((await keyboard.types('store verify')).out).toMatch(/All is as it was written\.\n$/);
});

test('what cannot be done is said in a sentence', async () => {
  using keyboard = new Keyboard(ELM);
  expect(await keyboard.types('store verify')).toMatchObject({ status: 1, out: '', err: `posthorn: there are no books in ${keyboard.path('data')}\n` });
  expect(await keyboard.types('store restore nowhere')).toMatchObject({ status: 1, err: `posthorn: there is no whole backup in ${keyboard.path('nowhere')}\n` });
  expect(await keyboard.types('store drill nowhere')).toMatchObject({ status: 1, err: `posthorn: there is no whole backup in ${keyboard.path('nowhere')}\n` });
  expect((await keyboard.types('store backup')).status).toBe(2);
});

import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '@posthorn/world/node/clock.ts';
import type { Host } from '@posthorn/server/host.ts';
import { ELM, Keyboard } from '../testing/keyboard.ts';
import { openServer } from '../testing/server.ts';

/** Eve, with a letter in her INBOX; answers its id. */
async function eveHasMail(keyboard: Keyboard): Promise<string> {
  await keyboard.types('account add eve@elm.test');
  return (await keyboard.types(['sendmail', '-f', 'eve@elm.test', 'eve@elm.test', '--json'], 'Subject: The plan\nFrom: eve@elm.test\n\nAt nine.\n')).out;
}

async function expungeAll({ core: { store } }: Host): Promise<void> {
  const eve = await store.accounts.byAddress('eve@elm.test');
  const inbox = eve && await store.mailboxes.byName(eve.id, 'INBOX');
  if (eve === undefined || inbox === undefined) throw new Error('eve has no INBOX');
  const key = { account: eve.id, mailbox: inbox.id };
  const uids = (await store.messages.states(key)).map(({ uid }) => uid);
  await store.messages.setFlags({ ...key, uids, how: 'add', flags: ['\\Deleted'], at: realClock.now() });
  await store.messages.expunge({ ...key, uids, at: realClock.now() });
}

test('a letter that was expunged is listed, put back, and seen where it was', async () => {
  using keyboard = new Keyboard(ELM);
  const server = await openServer(keyboard);
  onTestFinished(() => server.close());
  await eveHasMail(keyboard);
  await expungeAll(server);
  const { letters: [deleted] }: { letters: { id: string; mailbox: string; subject: string }[] } = JSON.parse((await keyboard.types('mailbox deleted eve@elm.test --since 1h --json')).out);
  expect(deleted).toMatchObject({ mailbox: 'INBOX', subject: 'The plan', from: 'eve@elm.test' });
  expect((await keyboard.types('mailbox show eve@elm.test INBOX')).out).toBe('UID  ID  DATE  SIZE  FROM  SUBJECT  SINCE THEN\n');
  expect(await keyboard.types(['mailbox', 'restore', 'eve@elm.test', deleted?.id ?? ''])).toMatchObject({ status: 0, out: 'INBOX: 1 letter put back.\n' });
  expect((await keyboard.types('mailbox show eve@elm.test INBOX')).out).toMatch(/^2 .* The plan$/m);
  expect((await keyboard.types('mailbox deleted eve@elm.test')).out).toBe('Nothing was deleted that is still kept.\n');
});

test('all that was deleted since a moment is put back, and a second time there is nothing', async () => {
  using keyboard = new Keyboard(ELM);
  const server = await openServer(keyboard);
  onTestFinished(() => server.close());
  await eveHasMail(keyboard);
  await expungeAll(server);
  expect((await keyboard.types('mailbox restore eve@elm.test --since 2h --into Found --json')).out).toBe('{"restored":[{"mailbox":"Found","letters":1}]}\n');
  expect((await keyboard.types('mailbox restore eve@elm.test --since 2026-01-01')).out).toBe('There was nothing to put back.\n');
});

test('a moment that is none, and an account or mailbox that is not there, are told', async () => {
  using keyboard = new Keyboard(ELM);
  const server = await openServer(keyboard);
  onTestFinished(() => server.close());
  await eveHasMail(keyboard);
  expect(await keyboard.types('mailbox restore eve@elm.test --since yesterday')).toMatchObject({ status: 2, err: expect.stringContaining('TIME is 2026-11-24') });
  expect(await keyboard.types('mailbox restore eve@elm.test')).toMatchObject({ status: 2, err: expect.stringContaining('say which') });
  expect(await keyboard.types('mailbox deleted bob@elm.test')).toMatchObject({ status: 1, err: 'posthorn: There is no account bob@elm.test.\n' });
  expect(await keyboard.types('mailbox show eve@elm.test Nowhere')).toMatchObject({ status: 1, err: 'posthorn: eve@elm.test had no mailbox Nowhere then.\n' });
  expect(await keyboard.types('mailbox show eve@elm.test INBOX --at 20d')).toMatchObject({ status: 1, err: expect.stringMatching(/kept since \S+ only/) });
});

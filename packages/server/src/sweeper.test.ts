import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_RETENTION } from '@posthorn/store/retention.ts';
import type { Host } from './host.ts';
import { Town } from './testing/town.ts';

const ELM = '192.0.2.2';
const DAY = 24 * 3_600_000;

let town: Town;
let elm: Host;

beforeEach(async () => {
  town = new Town();
  elm = await town.open('elm.test', ELM, ['eve'], { retention: { ...DEFAULT_RETENTION, mailboxes: [{ mailbox: 'INBOX', afterMs: 2 * DAY }] } });
});

afterEach(async () => {
  await town.close();
});

test('a letter leaves its mailbox when its time there is over, and can be put back', async () => {
  await town.submit(ELM, 'eve@elm.test', ['eve@elm.test'], ['Subject: old', '']);
  await town.clock.advance(DAY);
  await town.submit(ELM, 'eve@elm.test', ['eve@elm.test'], ['Subject: young', '']);
  await town.clock.advance(DAY + 2 * 3_600_000);
  expect((await town.inbox(elm, 'eve@elm.test')).map((letter) => /^Subject: (.*)\r$/m.exec(letter)?.[1])).toEqual(['young']);
  const eve = await elm.core.store.accounts.byAddress('eve@elm.test');
  if (eve === undefined) throw new Error('nobody');
  expect((await elm.core.store.kept.restore({ account: eve.id, since: 0, at: town.clock.now() })).restored).toEqual([{ mailbox: 'INBOX', letters: 1 }]);
});

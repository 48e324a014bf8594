import { expect, test } from 'vitest';
import { openTown } from '../post-office.ts';

test('a letter goes from one host of a town to another', async () => {
  await using town = await openTown();
  const ash = await town.open('ash.test', { people: ['ann'] });
  const elm = await town.open('elm.test', { people: ['eve'] });
  await ash.send('ann', 'eve@elm.test', { subject: 'The road', text: 'It works.' });
  await town.advance('1s');
  expect(await elm.inbox('eve').letters()).toMatchObject([{ subject: 'The road', host: 'elm.test', session: { client: ash.address } }]);
});

test('hosts that are parted find each other again, and the letter arrives once', async () => {
  await using town = await openTown();
  const ash = await town.open('ash.test', { people: ['ann'] });
  const elm = await town.open('elm.test', { people: ['eve'] });
  const wall = town.partition([ash], [elm]);
  await ash.send('ann', 'eve@elm.test', { subject: 'Over the wall' });
  await town.advance('2h');
  expect(await town.letters()).toEqual([]);
  expect(await ash.waiting()).toEqual(['eve@elm.test']);
  wall.heal();
  await town.advance('4h');
  expect(await elm.inbox('eve').letters()).toHaveLength(1);
  expect(await ash.waiting()).toEqual([]);
});

test.each(['process', 'power'] as const)('what was accepted before a crash (%s) goes on after it, and nothing is there twice', async (how) => {
  await using town = await openTown();
  const ash = await town.open('ash.test', { people: ['ann'] });
  const elm = await town.open('elm.test', { people: ['eve'] });
  await elm.sleep();
  await ash.send('ann', 'eve@elm.test', { subject: 'Kept' });
  await town.advance('1m');
  ash.crash(how);
  expect(ash.isUp).toBe(false);
  await elm.start();
  await town.advance('1h');
  expect(await town.letters()).toEqual([]);
  await ash.restart();
  await town.advance('4h');
  expect((await elm.inbox('eve').letters()).map(({ subject }) => subject)).toEqual(['Kept']);
  await elm.restart();
  await ash.send('ann', 'eve@elm.test', { subject: 'Again' });
  await town.advance('1m');
  expect((await elm.inbox('eve').letters()).map(({ subject }) => subject)).toEqual(['Kept', 'Again']);
});

test('the same seed writes the same letters', async () => {
  const ids: string[] = [];
  for (let time = 0; time < 2; time += 1) {
    await using town = await openTown({ seed: 7 });
    const ash = await town.open('ash.test', { people: ['ann'] });
    ids.push((await ash.send('ann', 'ann@ash.test')).messageId);
  }
  expect(ids[0]).toBe(ids[1]);
});

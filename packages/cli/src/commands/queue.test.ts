import { afterAll, beforeAll, expect, test } from 'vitest';
import { ELM, Keyboard } from '../testing/keyboard.ts';
import { openServer } from '../testing/server.ts';

const keyboard = new Keyboard(ELM);
/** Of a letter to Bob far away that was still under way when the server ended. */
let id: string;

beforeAll(async () => {
  const server = await openServer(keyboard);
  const { out } = await keyboard.types('sendmail -i -f eve@elm.test bob@far.test --json', 'Subject: The road\n\nIt works.\n');
  await server.close();
  id = String(JSON.parse(out).id);
});

afterAll(() => {
  keyboard[Symbol.dispose]();
});

test('nothing is under way in new books', async () => {
  using fresh = new Keyboard(ELM);
  expect(await fresh.types('queue list')).toEqual({ status: 0, out: 'Nothing is under way.\n', err: '' });
  expect(JSON.parse((await fresh.types('queue list --json')).out)).toEqual({ letters: [] });
  expect(await fresh.types('queue hold --all')).toEqual({ status: 0, out: 'Nothing is under way that this applies to.\n', err: '' });
});

test('one letter is shown with each recipient, and its trace tells the same', async () => {
  const { out } = await keyboard.types(`queue show ${id}`);
  expect(out).toMatch(new RegExp(`^${id} from eve@elm\\.test, \\d+ octets, “The road”\naccepted .*, given up `));
  expect(out).toMatch(/^ {2}bob@far\.test: waiting, /m);
  const trace = await keyboard.types(`trace ${id}`);
  expect(trace.out).toMatch(new RegExp(`^${id}\n[^]* queued for bob@far\\.test$`, 'm'));
  expect((await keyboard.types('trace bob@far.test')).out).toBe(trace.out);
  expect(JSON.parse((await keyboard.types(`trace ${id} --json`)).out)).toMatchObject({ letters: [{ id, sender: 'eve@elm.test', recipients: ['bob@far.test'], subject: 'The road' }] });
});

test('an operator holds, releases, retries and gives up a letter', async () => {
  const state = async (): Promise<unknown> => {
    const { letters } = JSON.parse((await keyboard.types('queue list --json')).out);
    return letters[0].recipients[0].state;
  };
  expect((await keyboard.types('queue list')).out).toMatch(new RegExp(`^${id} {2}.* eve@elm\\.test {2}bob@far\\.test {2}waiting {2}`, 'm'));
  expect((await keyboard.types(`queue hold ${id}`)).out).toBe(`Held: ${id}\n`);
  expect(await state()).toBe('held');
  expect((await keyboard.types('queue release --all')).out).toBe(`Released: ${id}\n`);
  expect(await state()).toBe('waiting');
  expect(JSON.parse((await keyboard.types(`queue retry ${id} --json`)).out)).toEqual({ letters: [id] });
  expect((await keyboard.types(`queue cancel ${id}`)).out).toBe(`Given up: ${id}\n`);
  expect(await state()).toBe('failed');
});

test('a letter that is not there fails, for people and for machines', async () => {
  const missing = { status: 1, out: '', err: 'posthorn: there is no such letter under way, or it does not apply to it\n' };
  expect(await keyboard.types('queue hold gone')).toEqual(missing);
  expect(await keyboard.types('queue hold gone --json')).toEqual(missing);
  expect(await keyboard.types('queue show gone')).toEqual({ status: 1, out: '', err: 'posthorn: No letter gone is under way; its trace may know of it.\n' });
  expect(await keyboard.types('trace gone')).toEqual({ status: 1, out: '', err: 'posthorn: The ledger knows no letter gone.\n' });
  expect((await keyboard.types('trace nobody@elm.test')).out).toBe('The ledger knows no letter from or to nobody@elm.test.\n');
});

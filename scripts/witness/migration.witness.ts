/**
 * Mail comes over from Dovecot, and what we export is read by Dovecot: the same letters, flags,
 * dates and mailboxes on both sides.
 */
import { utimesSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { expect, test } from 'vitest';
import { ELM, Keyboard } from '../../packages/cli/src/testing/keyboard.ts';
import { startDovecot } from '../peers/dovecot.ts';
import { awkwardLetter } from './lib/letters.ts';
import { freePort } from './lib/ports.ts';
import { run } from './lib/program.ts';

const DATE = Date.UTC(2024, 1, 29, 12, 30);
const LETTERS = 40;

interface Held {
  readonly mailbox: string;
  readonly flags: readonly string[];
  readonly date: number;
  readonly text: string;
}

/** Everything a user of an IMAP server has, in an order that does not depend on the server. */
async function everything(port: number, user: string): Promise<readonly Held[]> {
  const client = new ImapFlow({ host: '127.0.0.1', port, secure: false, doSTARTTLS: false, auth: { user, pass: 'any' }, logger: false });
  await client.connect();
  const held: Held[] = [];
  for (const { path, delimiter, flags: attributes } of await client.list()) {
    // A level that is no mailbox itself.
    if (attributes.has('\\Noselect') || attributes.has('\\NonExistent')) continue;
    const { exists } = await client.mailboxOpen(path, { readOnly: true });
    if (exists === 0) continue;
    for await (const { flags, internalDate, source } of client.fetch('1:*', { flags: true, internalDate: true, source: true })) {
      held.push({
        mailbox: path.split(delimiter).join('/'), flags: [...flags ?? []].filter((flag) => flag !== '\\Recent').toSorted(),
        date: new Date(internalDate ?? 0).getTime(), text: source?.toString('latin1') ?? '',
      });
    }
  }
  await client.logout();
  return held.toSorted((a, b) => (`${a.mailbox} ${a.text}` < `${b.mailbox} ${b.text}` ? -1 : 1));
}

async function layMaildir(folder: string): Promise<void> {
  const boxes: readonly (readonly [folder: string, flags: (number: number) => string])[] = [['', (number) => (number % 2 === 0 ? 'S' : 'FR')], ['.Work.Entw&APw-rfe', () => 'S'], ['.Sent', () => 'RS']];
  for (const [box, flags] of boxes) {
    for (const part of ['cur', 'new', 'tmp']) await mkdir(join(folder, box, part), { recursive: true });
    for (let number = 0; number < LETTERS; number += 1) {
      const path = join(folder, box, 'cur', `${1_700_000_000 + number}.P1Q${number}.host:2,${flags(number)}`);
      await writeFile(path, awkwardLetter('ann@ash.test', 'bob@oak.test', `${box}-${number}`).toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
      utimesSync(path, DATE / 1000 + number, DATE / 1000 + number);
    }
  }
}

test('all mail of a Dovecot comes over, and its next run fetches only what is new', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-migration-'));
  await chmod(folder, 0o755);
  const imapPort = await freePort();
  using keyboard = new Keyboard(ELM);
  try {
    await layMaildir(join(folder, 'mail', 'bob'));
    await using dovecot = await startDovecot(folder, await freePort(), imapPort);
    await run('chown', ['-R', 'mail:mail', dovecot.mail]);
    await keyboard.types('account add bob@elm.test');
    const migrate = (more = ''): ReturnType<Keyboard['types']> => keyboard.types(`mailbox migrate bob@elm.test --from imap://bob@127.0.0.1:${imapPort} --password-stdin --insecure${more}`, 'any\n');
    const plan = await migrate(' --dry-run --json');
    expect(plan.err).toBe('');
    expect(JSON.parse(plan.out).mailboxes).toContainEqual(expect.objectContaining({ mailbox: 'Work.Entwürfe', to: 'Work/Entwürfe', there: LETTERS, new: LETTERS }));
    expect(await migrate()).toMatchObject({ err: '', status: 0, out: expect.stringMatching(/^Kept 120 letters; 0 were there already/) });
    expect((await migrate()).out).toMatch(/^Kept 0 letters; 0 were there already/);

    // What came over goes out again as a Maildir of another user, which Dovecot reads.
    expect(await keyboard.types(`mailbox export bob@elm.test ${join(folder, 'mail', 'eve')} --format maildir`)).toMatchObject({ err: '', status: 0 });
    await run('chown', ['-R', 'mail:mail', dovecot.mail]);
    const there = await everything(imapPort, 'bob');
    expect(there).toHaveLength(3 * LETTERS);
    expect(await everything(imapPort, 'eve')).toEqual(there);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

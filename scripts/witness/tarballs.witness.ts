/**
 * What a user would install: every package packed, installed in an empty folder by npm, and run from there.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packAll } from '../pack.ts';
import { awkwardLetter, endsWithSent } from './lib/letters.ts';
import { start, temporaryFolder } from './lib/posthorn.ts';
import { run } from './lib/program.ts';

/** What a user of the kit writes first. */
const KIT = `
import { postOffice } from '@posthorn/testkit';
await using mail = await postOffice();
const [ann, eve] = [mail.inbox(), mail.inbox()];
await ann.write(eve.address, { subject: 'Verify', text: 'Your code is 482913.' });
const letter = await eve.waitFor({ subject: /verify/i });
console.log(letter.code());
const { status } = await fetch(mail.http.url + '/rest/v1/test');
if (status !== 200) throw new Error('the control API is not there');
`;

test('the packed packages, installed by npm in an empty folder, run posthorn dev and the test kit', { timeout: 600_000 }, async () => {
  await using folder = await temporaryFolder();
  const packed = packAll(join(folder.path, 'packed'));
  const dependencies = Object.fromEntries(Array.from(packed, ([name, path]) => [name, `file:${path}`]));
  await writeFile(join(folder.path, 'package.json'), JSON.stringify({ private: true, dependencies, overrides: dependencies }));
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=dev'], { cwd: folder.path });
  const main = join(folder.path, 'node_modules', 'posthorn', 'dist', 'main.js');
  await using office = await start(['dev', '--data', join(folder.path, 'kept'), '--smtp-port', '0', '--imap-port', '0', '--http-port', '0'], { main, cwd: folder.path });
  const port = (name: string): number => (office.ready[name] as { port: number }).port;
  const sent = awkwardLetter('ann@ash.test', 'eve@elm.test', 'tarballs-1');
  await run('curl', ['-sS', `smtp://127.0.0.1:${port('smtp')}`, '--mail-from', 'ann@ash.test', '--mail-rcpt', 'eve@elm.test', '-T', '-'], { input: sent });
  const fetched = await run('curl', ['-sS', `imap://127.0.0.1:${port('imap')}/INBOX;UID=1`, '-u', 'eve@elm.test:any']);
  expect(endsWithSent(fetched, sent)).toBe(true);
  expect(await office.stop()).toBe(0);
  await writeFile(join(folder.path, 'kit.mjs'), KIT);
  expect((await run(process.execPath, ['kit.mjs'], { cwd: folder.path })).toString()).toBe('482913\n');
});

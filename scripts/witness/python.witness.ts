/**
 * Python's smtplib and imaplib, driven by `python/road.py`, which asserts by itself.
 */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startDev } from './lib/posthorn.ts';
import { run } from './lib/program.ts';

test('smtplib sends and imaplib reads, flags, moves, searches and expunges', async () => {
  await using office = await startDev();
  const script = fileURLToPath(new URL('python/road.py', import.meta.url));
  const said = await run('python3', [script, String(office.smtp.port), String(office.imap.port)]);
  expect(said.toString().trim().split('\n').at(-1)).toBe('all as it should be');
});

/**
 * swaks speaks every corner of submission and of the MX, over STARTTLS and implicit TLS.
 */
import { expect, test } from 'vitest';
import { awkwardLetter, endsWithSent } from './lib/letters.ts';
import { startDev, startServe, temporaryFolder } from './lib/posthorn.ts';
import { run, tryRun } from './lib/program.ts';

const TOML = `
hostname = "mx.elm.test"
data = "data"
[[domain]]
name = "elm.test"
[[listener]]
protocol = "smtp"
address = "127.0.0.1:0"
[[listener]]
protocol = "submission"
address = "127.0.0.1:0"
[[listener]]
protocol = "submissions"
address = "127.0.0.1:0"
[[listener]]
protocol = "lmtp"
address = "127.0.0.1:0"
[[listener]]
protocol = "imap"
address = "127.0.0.1:0"
[dns]
servers = ["127.0.0.1:9"]
`;

test('swaks leaves a letter in dev, byte for byte', async () => {
  await using office = await startDev();
  const sent = awkwardLetter('ann@ash.test', 'eve@elm.test', 'swaks-1');
  await run('swaks', ['--server', office.smtp.host, '--port', String(office.smtp.port), '--from', 'ann@ash.test', '--to', 'eve@elm.test', '--tls', '--data', '-'], { input: sent });
  const fetched = await run('curl', ['-sS', `imap://${office.imap.host}:${office.imap.port}/INBOX;UID=1`, '-u', 'eve@elm.test:any']);
  expect(endsWithSent(fetched, Buffer.concat([sent, Buffer.from('\r\n')])) || endsWithSent(fetched, sent)).toBe(true);
});

test('each door of a served host takes what it should and refuses what it must', async () => {
  await using folder = await temporaryFolder();
  await using host = await startServe(folder.path, TOML, { 'eve@elm.test': 'secret-of-eve', 'bob@elm.test': 'secret-of-bob' });
  const swaks = (protocol: string, words: readonly string[]): ReturnType<typeof tryRun> => {
    const { host: server, port } = host.at(protocol);
    return tryRun('swaks', ['--server', server, '--port', String(port), '--from', 'eve@elm.test', '--to', 'bob@elm.test', ...words]);
  };
  const login = (mechanism: string): readonly string[] => ['--auth', mechanism, '--auth-user', 'eve@elm.test', '--auth-password', 'secret-of-eve'];

  const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['smtp', ['--to', 'nobody@elm.test'], /550 5\.1\.1/],
    ['smtp', ['--to', 'ann@ash.test'], /5\d\d 5\.7\.1/],
    ['smtp', ['--to', 'ann%ash.test@elm.test'], /550 5\.1\.1/],
    ['submission', [], /530 5\.7\.0/],
    ['submission', ['--tls'], /530 5\.7\.0/],
    ['submission', ['--tls', '--auth', 'PLAIN', '--auth-user', 'eve@elm.test', '--auth-password', 'wrong'], /535 5\.7\.8/],
    ['submission', ['--tls', ...login('PLAIN'), '--from', 'bob@elm.test'], /55\d 5\.7\.1/],
  ];
  for (const [protocol, words, answer] of refusals) {
    const { status, stdout } = await swaks(protocol, words);
    expect(status, words.join(' ')).not.toBe(0);
    expect(stdout.toString()).toMatch(answer);
  }
  const welcomes: readonly (readonly [string, readonly string[]])[] = [
    ['smtp', []], ['smtp', ['--tls']], ['lmtp', ['--protocol', 'LMTP']],
    ['submission', ['--tls', ...login('PLAIN')]], ['submission', ['--tls', ...login('LOGIN')]],
    ['submissions', ['--tls-on-connect', ...login('PLAIN')]],
  ];
  for (const [protocol, words] of welcomes) {
    const { status, stdout } = await swaks(protocol, words);
    expect(status, `${protocol} ${words.join(' ')}\n${stdout.toString()}`).toBe(0);
  }
  const imap = host.at('imap');
  const count = await run('curl', ['-sSk', '--ssl-reqd', `imap://${imap.host}:${imap.port}/`, '-u', 'bob@elm.test:secret-of-bob', '-X', 'STATUS INBOX (MESSAGES)']);
  expect(count.toString()).toContain(`MESSAGES ${welcomes.length}`);
});

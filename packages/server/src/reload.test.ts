import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '@posthorn/world/node/certificate.ts';
import type { MadeCertificate } from '@posthorn/world/node/certificate.ts';
import { settle } from '@posthorn/world/sim/clock.ts';
import { startTlsClient } from '@posthorn/world/tls.ts';
import type { SecureConnection } from '@posthorn/world/tls.ts';
import type { Config } from './config/config.ts';
import type { ReadAnswer } from './config/read.ts';
import type { Host } from './host.ts';
import { configOf, Town } from './testing/town.ts';

const ASH = '192.0.2.1';
const ELM = '192.0.2.2';

let town: Town;
let folder: string;
let written: ReadAnswer;

beforeEach(() => {
  town = new Town();
  folder = mkdtempSync(join(tmpdir(), 'posthorn-reload-'));
});

afterEach(async () => {
  await town.close();
  rmSync(folder, { recursive: true });
});

/** Writes what the next reload of elm reads. */
function write(more: Partial<Config>): void {
  written = { kind: 'config', config: { ...configOf('elm.test', ELM), ...more } };
}

/** Elm with this configuration, read again at each reload. */
async function elm(more: Partial<Config>): Promise<Host> {
  write(more);
  return town.open('elm.test', ELM, ['eve', 'bob'], more, { readAgain: () => written });
}

function writeCertificate(name: string, { certificate, key }: MadeCertificate): NonNullable<Config['tls']> {
  const files = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.key, key);
  return files;
}

describe('A reload that names another postmaster', () => {
  test.each(['postmaster', 'postmaster@elm.test'])('gives him what comes for %s', async (address) => {
    const host = await elm({ postmaster: 'eve@elm.test' });
    const deliver = (): Promise<string> => town.talk(ASH, { host: ELM, port: 25 }, ['EHLO mx.ash.test', 'MAIL FROM:<ann@ash.test>', `RCPT TO:<${address}>`, 'DATA', 'Subject: x\r\n\r\nHelp\r\n.', 'QUIT']);
    expect(await deliver()).toMatch(/^250 2\.0\.0 Ok: delivered/m);
    write({ postmaster: 'bob@elm.test' });
    expect(await host.reload()).toEqual({ kind: 'reloaded' });
    expect(await deliver()).toMatch(/^250 2\.0\.0 Ok: delivered/m);
    expect([(await town.inbox(host, 'eve@elm.test')).length, (await town.inbox(host, 'bob@elm.test')).length]).toEqual([1, 1]);
  });
});

describe('A reload of certificates', () => {
  const [first, second] = [makeCertificate({ names: ['mx.elm.test'] }), makeCertificate({ names: ['mx.elm.test'] })];
  const listeners = [{ protocol: 'submissions' as const, endpoint: { host: ELM, port: 465 }, from: 'a test' }];

  /** Someone who trusts only this certificate. */
  async function connect(trusted: MadeCertificate): Promise<SecureConnection> {
    const connection = await town.net.host(ASH).connect({ host: ELM, port: 465 });
    return startTlsClient(connection, { servername: 'mx.elm.test', verify: 'required', ca: trusted.certificate });
  }

  /** What a connection says to a command. */
  async function says(connection: SecureConnection, command: string): Promise<string> {
    let said = '';
    connection.on('data', (octets: Buffer) => { said += octets.toString(); });
    connection.write(`${command}\r\n`);
    await settle();
    return said;
  }

  test('whose files were replaced shows the new one from the next handshake on, and lets open connections be', async () => {
    const tls = writeCertificate('elm', first);
    const host = await elm({ listeners, tls });
    const before = await connect(first);
    await expect(connect(second)).rejects.toMatchObject({ name: 'NetFault' });
    writeCertificate('elm', second);
    await expect(connect(second)).rejects.toMatchObject({ name: 'NetFault' });
    write({ listeners, tls });
    expect(await host.reload()).toEqual({ kind: 'reloaded' });
    (await connect(second)).destroy();
    await expect(connect(first)).rejects.toMatchObject({ name: 'NetFault' });
    expect(await says(before, 'EHLO ash.test')).toMatch(/^250[ -]/m);
    before.destroy();
  });

  test('that are at another place shows those', async () => {
    const host = await elm({ listeners, tls: writeCertificate('old', first) });
    write({ listeners, tls: writeCertificate('new', second) });
    expect(await host.reload()).toEqual({ kind: 'reloaded' });
    (await connect(second)).destroy();
  });

  test('that do not belong together says so, and changes nothing, the postmaster neither', async () => {
    const tls = writeCertificate('elm', first);
    const host = await elm({ listeners: [...listeners, ...configOf('elm.test', ELM).listeners], tls, postmaster: 'eve@elm.test' });
    writeFileSync(tls.key, second.key);
    write({ listeners: [...listeners, ...configOf('elm.test', ELM).listeners], tls, postmaster: 'bob@elm.test' });
    expect(await host.reload()).toMatchObject({ kind: 'faulty', problems: [expect.stringContaining('certificate')] });
    (await connect(first)).destroy();
    await town.talk(ASH, { host: ELM, port: 25 }, ['EHLO mx.ash.test', 'MAIL FROM:<ann@ash.test>', 'RCPT TO:<postmaster>', 'DATA', 'Subject: x\r\n\r\nHelp\r\n.', 'QUIT']);
    expect([(await town.inbox(host, 'eve@elm.test')).length, (await town.inbox(host, 'bob@elm.test')).length]).toEqual([1, 0]);
  });
});

/**
 * A real DNS server, nsd, for zones that a witness writes.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { untilListening } from './ports.ts';

/** Serves these zones (name to the lines after SOA and NS) on a port of 127.0.0.1, UDP and TCP. */
export async function startNsd(folder: string, zones: Readonly<Record<string, readonly string[]>>, port: number): Promise<AsyncDisposable & { readonly port: number }> {
  for (const [name, lines] of Object.entries(zones)) {
    await writeFile(join(folder, `${name}.zone`), [
      `$ORIGIN ${name}.`, '$TTL 60', `@ IN SOA ns.${name}. postmaster.${name}. 1 60 60 60 60`, `@ IN NS ns.${name}.`, 'ns IN A 127.0.0.1', ...lines, '',
    ].join('\n'));
  }
  const config = join(folder, 'nsd.conf');
  await writeFile(config, [
    'server:', `  port: ${port}`, '  ip-address: 127.0.0.1', '  username: ""', '  chroot: ""', `  zonesdir: "${folder}"`,
    `  pidfile: "${folder}/nsd.pid"`, `  database: ""`, `  xfrdfile: "${folder}/xfrd.state"`, `  zonelistfile: "${folder}/zone.list"`, `  cookie-secret-file: "${folder}/cookies"`, '  server-count: 1',
    'remote-control:', '  control-enable: no',
    ...Object.keys(zones).flatMap((name) => ['zone:', `  name: "${name}"`, `  zonefile: "${name}.zone"`]), '',
  ].join('\n'));
  const child = spawn('nsd', ['-d', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (cause) => reject(new Error('nsd cannot be run; .ci/run installs it', { cause })));
    child.once('exit', (code) => reject(new Error(`nsd ended with ${code}: ${said}`)));
  });
  failed.catch(() => {});
  await Promise.race([untilListening(port), failed]);
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * A Postfix of our own, in a folder of its own: as a neighbour for witnesses, as a peer for benches.
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../witness/lib/program.ts';
import { untilListening } from '../witness/lib/ports.ts';

export interface PostfixOptions {
  readonly folder: string;
  readonly hostname: string;
  readonly address: string;
  readonly port: number;
  /** Lines of main.cf after the ordinary ones. */
  readonly main?: readonly string[];
  /** `domain transport:nexthop` lines. */
  readonly transport?: readonly string[];
}

/** Starts it; ends with the scope. Needs root, as Postfix does. */
export async function startPostfix(options: PostfixOptions): Promise<AsyncDisposable & { readonly config: string }> {
  const config = join(options.folder, 'postfix');
  const queue = join(options.folder, 'queue');
  const data = join(options.folder, 'data');
  for (const path of [config, queue, data]) await mkdir(path, { recursive: true });
  await chmod(options.folder, 0o755);
  await run('chown', ['postfix', data]);
  await writeFile(join(config, 'transport'), `${(options.transport ?? []).join('\n')}\n`);
  await writeFile(join(config, 'main.cf'), [
    'compatibility_level = 3.6', `queue_directory = ${queue}`, `data_directory = ${data}`, 'command_directory = /usr/sbin', 'daemon_directory = /usr/lib/postfix/sbin',
    'mail_owner = postfix', 'setgid_group = postdrop', `myhostname = ${options.hostname}`, 'inet_interfaces = 127.0.0.1', 'inet_protocols = ipv4',
    'mydestination =', 'local_recipient_maps =', 'local_transport = error:no local delivery', 'alias_maps =', 'alias_database =', 'mynetworks = 127.0.0.0/8',
    'smtpd_relay_restrictions = permit_mynetworks, reject', 'smtpd_recipient_restrictions =', 'smtp_dns_support_level = disabled', 'smtp_host_lookup = native', 'disable_dns_lookups = yes',
    `transport_maps = texthash:${join(config, 'transport')}`, 'maillog_file =', 'biff = no', ...(options.main ?? []), '',
  ].join('\n'));
  await writeFile(join(config, 'master.cf'), [
    `${options.address}:${options.port} inet n - n - - smtpd`,
    'pickup unix n - n 60 1 pickup', 'cleanup unix n - n - 0 cleanup', 'qmgr unix n - n 300 1 qmgr', 'tlsmgr unix - - n 1000? 1 tlsmgr', 'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce', 'defer unix - - n - 0 bounce', 'trace unix - - n - 0 bounce', 'verify unix - - n - 1 verify', 'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap', 'smtp unix - - n - - smtp', 'relay unix - - n - - smtp', 'error unix - - n - - error', 'retry unix - - n - - error', 'discard unix - - n - - discard',
    'virtual unix - n n - - virtual', 'lmtp unix - - n - - lmtp', 'anvil unix - - n - 1 anvil', 'scache unix - - n - 1 scache', 'postlog unix-dgram n - n - 1 postlogd', '',
  ].join('\n'));
  await run('postfix', ['-c', config, 'start']);
  await untilListening(options.port, options.address);
  return {
    config,
    [Symbol.asyncDispose]: async () => {
      await run('postfix', ['-c', config, 'stop']);
    },
  };
}

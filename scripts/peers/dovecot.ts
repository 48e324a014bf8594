/**
 * A Dovecot of our own, in a folder of its own: LMTP into plain Maildir, as Debian sets it up.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { untilListening } from '../witness/lib/ports.ts';
import { run } from '../witness/lib/program.ts';

/** Every user has a Maildir under `folder/mail/USER`. Ends with the scope. `imapPort`: absent, nobody reads. */
export async function startDovecot(folder: string, lmtpPort: number, imapPort?: number): Promise<AsyncDisposable & { readonly mail: string }> {
  const mail = join(folder, 'mail');
  const base = join(folder, 'dovecot');
  for (const path of [mail, base]) await mkdir(path, { recursive: true });
  await chmod(folder, 0o755);
  await chmod(mail, 0o777);
  const config = join(folder, 'dovecot.conf');
  await writeFile(config, `
protocols = lmtp${imapPort === undefined ? '' : ' imap'}
base_dir = ${base}
log_path = ${folder}/dovecot.log
listen = 127.0.0.1
ssl = no
mail_location = maildir:${mail}/%n
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
auth_username_format = %Ln
disable_plaintext_auth = no
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${mail}/%n allow_all_users=yes
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${lmtpPort}
  }
}
${imapPort === undefined ? '' : `service imap-login {
  inet_listener imap {
    port = ${imapPort}
  }
  inet_listener imaps {
    port = 0
  }
}
`}service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
`);
  await run('chown', ['mail:mail', mail]);
  const child = spawn('dovecot', ['-F', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (cause) => reject(new Error('dovecot cannot be run; .ci/run installs it', { cause })));
    child.once('exit', (code) => reject(new Error(`dovecot ended with ${code}: ${said}`)));
  });
  failed.catch(() => {});
  await Promise.race([Promise.all([lmtpPort, ...imapPort === undefined ? [] : [imapPort]].map((port) => untilListening(port))), failed]);
  return {
    mail,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

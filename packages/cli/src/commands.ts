/**
 * Every command, in the order in which the help shows them.
 */
import type { Command } from './command.ts';
import { accountCommands } from './commands/account.ts';
import { aliasCommands } from './commands/alias.ts';
import { configCommands } from './commands/config.ts';
import { dev } from './commands/dev.ts';
import { domainCommands } from './commands/domain.ts';
import { keptCommands } from './commands/kept.ts';
import { mailboxCommands } from './commands/mailbox.ts';
import { migrate } from './commands/migrate.ts';
import { queueCommands } from './commands/queue.ts';
import { sendmail } from './commands/sendmail.ts';
import { serve } from './commands/serve.ts';
import { storeCommands } from './commands/store.ts';
import { test } from './commands/test.ts';
import { trace } from './commands/trace.ts';

export const COMMANDS: readonly Command[] = [
  dev, test, serve, ...configCommands,
  ...accountCommands, ...aliasCommands, ...domainCommands,
  ...keptCommands,
  trace, ...queueCommands, sendmail, ...mailboxCommands, migrate, ...storeCommands,
];

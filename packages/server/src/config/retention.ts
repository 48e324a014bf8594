/**
 * How long things are kept, as `[retention]` says it.
 */
import { DEFAULT_RETENTION, type Retention } from '@posthorn/store/retention.ts';
import type { MailboxRule } from '../sweeper.ts';
import type { Fields } from './fields.ts';
import { parseDuration } from './units.ts';

/** Of a table that is there. */
export interface RetentionConfig extends Retention {
  readonly mailboxes: readonly MailboxRule[];
}

/** Undefined where it says nothing. */
export function readRetention(table: Fields): RetentionConfig | undefined {
  // `0s` is a time too: nothing can be put back.
  const undeleteMs = table.text('undelete', 'a time such as "14d"', parseDuration);
  const ledgerMs = table.text('ledger', 'a time such as "90d"', (text) => parseDuration(text) || undefined);
  const mailboxes = table.tables('mailbox').flatMap(readRule);
  table.done();
  if (!table.isPresent) return undefined;
  return { undeleteMs: undeleteMs ?? DEFAULT_RETENTION.undeleteMs, ledgerMs: ledgerMs ?? DEFAULT_RETENTION.ledgerMs, mailboxes };
}

function readRule(table: Fields): readonly MailboxRule[] {
  const mailbox = table.text('name', 'a mailbox such as "Trash", or a special use such as "\\\\Trash"', (text) => text || undefined);
  const afterMs = table.text('after', 'a time such as "30d"', (text) => parseDuration(text) || undefined);
  if (!table.has('name')) table.missing('name', 'name = "Trash"');
  if (!table.has('after')) table.missing('after', 'after = "30d"');
  table.done();
  return mailbox === undefined || afterMs === undefined ? [] : [{ mailbox, afterMs }];
}

/**
 * How long things are kept, as `[retention]` says it.
 */
import { DEFAULT_RETENTION, type Retention } from '@posthorn/store/retention.ts';
import type { Fields } from './fields.ts';
import { parseDuration } from './units.ts';

/** Undefined where it says nothing. */
export function readRetention(table: Fields): Retention | undefined {
  // `0s` is a time too: nothing can be put back.
  const undeleteMs = table.text('undelete', 'a time such as "14d"', parseDuration);
  const ledgerMs = table.text('ledger', 'a time such as "90d"', (text) => parseDuration(text) || undefined);
  table.done();
  if (!table.isPresent) return undefined;
  return { undeleteMs: undeleteMs ?? DEFAULT_RETENTION.undeleteMs, ledgerMs: ledgerMs ?? DEFAULT_RETENTION.ledgerMs };
}

/**
 * Quotas, as `[quota]` and each `[[domain]]` say them.
 */
import type { DomainQuota } from '@posthorn/directory/quota-desk.ts';
import type { Limits } from '@posthorn/store/quota.ts';
import type { Fields } from './fields.ts';
import { parseSize } from './units.ts';

const LETTERS = { min: 1, max: Number.MAX_SAFE_INTEGER };

/** Of a `[[domain]]`; undefined where it says nothing. */
export function readDomainQuota(domain: Fields): DomainQuota | undefined {
  const total = readLimits(domain, 'quota', 'letters');
  const account = readLimits(domain, 'account_quota', 'account_letters');
  return Object.keys({ ...total, ...account }).length === 0 ? undefined : { total, account };
}

/** Of `[quota]`: what each account may hold, wherever nothing else is said. */
export function readQuota(quota: Fields): Limits {
  const limits = readLimits(quota, 'account', 'account_letters');
  quota.done();
  return limits;
}

function readLimits(table: Fields, size: string, letters: string): Limits {
  const octets = table.text(size, 'a size such as "1GB"', (text) => parseSize(text) || undefined);
  const messages = table.integer(letters, LETTERS);
  return { ...(octets === undefined ? {} : { octets }), ...(messages === undefined ? {} : { messages }) };
}

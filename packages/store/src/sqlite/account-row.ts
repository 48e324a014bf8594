/**
 * A row of the account table, read.
 */
import type { Account, ScramKeys } from '../accounts.ts';
import { accountId } from '../ids.ts';
import type { OwnLimits } from '../quota.ts';

export interface AccountRow {
  readonly id: number;
  readonly address: string;
  readonly createdAt: number;
  readonly argon2id: string | null;
  /** JSON. */
  readonly scram: string | null;
  /** Null: as configured. */
  readonly limitMessages: number | null;
  readonly limitOctets: number | null;
}

export const ACCOUNT_COLUMNS = `
  id, address, created_at AS createdAt, argon2id, scram_sha256 AS scram, limit_messages AS limitMessages, limit_octets AS limitOctets`;

/** Stands for a limit that is lifted. */
const UNLIMITED = -1;

export function readAccount({ id, address, createdAt, argon2id, scram, limitMessages, limitOctets }: AccountRow): Account {
  const account: Account = {
    id: accountId(id), address, createdAt,
    ...(limitMessages === null && limitOctets === null ? {} : { ownLimits: readLimits(limitMessages, limitOctets) }),
  };
  if (argon2id === null) return account;
  if (scram === null) return { ...account, credentials: { argon2id } };
  const scramSha256: ScramKeys = JSON.parse(scram);
  return { ...account, credentials: { argon2id, scramSha256 } };
}

export function storeLimit(limit: number | 'unlimited' | undefined): number | null {
  return limit === 'unlimited' ? UNLIMITED : limit ?? null;
}

function readLimits(messages: number | null, octets: number | null): OwnLimits {
  return {
    ...(messages === null ? {} : { messages: messages === UNLIMITED ? 'unlimited' : messages }),
    ...(octets === null ? {} : { octets: octets === UNLIMITED ? 'unlimited' : octets }),
  };
}

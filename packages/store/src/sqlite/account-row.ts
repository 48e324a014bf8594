/**
 * A row of the account table, read.
 */
import type { Account, ScramKeys } from '../accounts.ts';
import { accountId } from '../ids.ts';

export interface AccountRow {
  readonly id: number;
  readonly address: string;
  readonly createdAt: number;
  readonly argon2id: string | null;
  /** JSON. */
  readonly scram: string | null;
}

export function readAccount({ id, address, createdAt, argon2id, scram }: AccountRow): Account {
  const account: Account = { id: accountId(id), address, createdAt };
  if (argon2id === null) return account;
  if (scram === null) return { ...account, credentials: { argon2id } };
  const scramSha256: ScramKeys = JSON.parse(scram);
  return { ...account, credentials: { argon2id, scramSha256 } };
}

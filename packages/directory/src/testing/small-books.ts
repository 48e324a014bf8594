/**
 * Accounts and aliases in two maps, for tests of what is above the books.
 */
import type { Account, Accounts } from '@posthorn/store/accounts.ts';
import type { Alias, Aliases } from '@posthorn/store/aliases.ts';
import { accountId } from '@posthorn/store/ids.ts';
import type { Quotas, Usage } from '@posthorn/store/quota.ts';

export interface SmallBooks {
  readonly accounts: Accounts;
  readonly aliases: Aliases;
  readonly quotas: Quotas;
  /** What accounts and domains hold, as the test has it. */
  readonly used: Map<string, Usage>;
}

export function smallBooks(): SmallBooks {
  const accounts = new Map<string, Account>();
  const aliases = new Map<string, Alias>();
  const used = new Map<string, Usage>();
  const usage = (of: string): Promise<Usage> => Promise.resolve(used.get(of) ?? { messages: 0, octets: 0 });
  let next = 1;
  const byId = (id: number): Account | undefined => [...accounts.values()].find((account) => account.id === id);
  return {
    used,
    quotas: { usage, usageOfDomain: usage },
    accounts: {
      byAddress: (address) => Promise.resolve(accounts.get(address)),
      byId: (id) => Promise.resolve(byId(id)),
      list: () => Promise.resolve([...accounts.values()]),
      add({ address, at, credentials }) {
        const there = accounts.get(address);
        if (there !== undefined) return Promise.resolve({ kind: 'exists', account: there });
        const account: Account = { id: accountId(next), address, createdAt: at, ...(credentials === undefined ? {} : { credentials }) };
        next += 1;
        accounts.set(address, account);
        return Promise.resolve({ kind: 'added', account });
      },
      setCredentials(id, credentials) {
        const account = byId(id);
        if (account !== undefined) accounts.set(account.address, { ...account, credentials });
        return Promise.resolve(account !== undefined);
      },
      setOwnLimits(id, ownLimits) {
        const account = byId(id);
        if (account !== undefined) accounts.set(account.address, { ...account, ownLimits });
        return Promise.resolve(account !== undefined);
      },
      remove(id) {
        const account = byId(id);
        return Promise.resolve(account !== undefined && accounts.delete(account.address));
      },
    },
    aliases: {
      byAddress: (address) => Promise.resolve(aliases.get(address)),
      list: () => Promise.resolve([...aliases.values()]),
      set(alias) {
        aliases.set(alias.address, alias);
        return Promise.resolve();
      },
      remove: (address) => Promise.resolve(aliases.delete(address)),
    },
  };
}

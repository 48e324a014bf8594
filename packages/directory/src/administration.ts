/**
 * People and aliases, added and removed: what `posthorn account` and `posthorn alias` do.
 */
import { addressKey, formatAddress, parseAddress } from '@posthorn/mail/address.ts';
import type { Address } from '@posthorn/mail/address.ts';
import { domainToAscii } from '@posthorn/mail/domain.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { Alias } from '@posthorn/store/aliases.ts';
import type { OwnLimits } from '@posthorn/store/quota.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import type { Hasher } from './hasher.ts';
import { saslPrepared } from './password.ts';
import type { Quota, QuotaDesk } from './quota-desk.ts';

export const ALIAS_TARGETS_MAX = 500;

type Refusal<Kind extends string> = { readonly kind: Kind };

export type AddAccountAnswer =
  | { readonly kind: 'added'; readonly account: Account }
  | Refusal<'not-an-address' | 'not-our-domain' | 'bad-password' | 'exists' | 'is-alias'>;
export type SetPasswordAnswer = Refusal<'done' | 'no-account' | 'bad-password'>;
export type SetQuotaAnswer = Refusal<'done' | 'no-account'>;
export type RemoveAccountAnswer =
  /** `aliases`: those that still name it. */
  | { readonly kind: 'removed'; readonly aliases: readonly Alias[] }
  | Refusal<'no-account'>;
export type SetAliasAnswer =
  /** `isReaching`: whether anybody is behind it as things are now. */
  | { readonly kind: 'set'; readonly alias: Alias; readonly isReaching: boolean }
  | { readonly kind: 'bad-target'; readonly target: string }
  | Refusal<'not-an-address' | 'not-our-domain' | 'is-account' | 'no-targets' | 'too-many-targets'>;

/** Addresses are as people write them. */
export interface Administration {
  /** False where any password is welcome. */
  readonly keepsPasswords: boolean;
  accounts(): Promise<readonly Account[]>;
  account(address: string): Promise<Account | undefined>;
  /** Without a password nobody can log in. */
  addAccount(address: string, password?: string): Promise<AddAccountAnswer>;
  setPassword(address: string, password: string): Promise<SetPasswordAnswer>;
  /** What an account holds and may hold: its own quota first, then one that its domain shares. Undefined: no such account. */
  quotas(address: string): Promise<{ readonly account: Account; readonly quotas: readonly Quota[] } | undefined>;
  /** In place of what the account had of its own. */
  setQuota(address: string, limits: OwnLimits): Promise<SetQuotaAnswer>;
  /** With all its mail. */
  removeAccount(address: string): Promise<RemoveAccountAnswer>;
  aliases(): Promise<readonly Alias[]>;
  /** `@domain` is a catch-all. Replaces the targets of an alias that is there. */
  setAlias(address: string, targets: readonly string[]): Promise<SetAliasAnswer>;
  removeAlias(address: string): Promise<Refusal<'removed' | 'no-alias'>>;
}

export interface AdministrationOptions {
  readonly store: Pick<Store, 'accounts' | 'aliases'>;
  readonly clock: Clock;
  /** Absent where any password is welcome: none is kept. */
  readonly hasher?: Hasher;
  readonly quotas: QuotaDesk;
  readonly isOurDomain: (domain: string) => boolean;
  /** Whether anybody is behind this address now. */
  readonly isReaching: (address: Address) => Promise<boolean>;
}

export function createAdministration({ store, clock, hasher, quotas, isOurDomain, isReaching }: AdministrationOptions): Administration {
  const find = async (address: string): Promise<Account | undefined> => {
    const parsed = parseAddress(address);
    return parsed === undefined ? undefined : store.accounts.byAddress(addressKey(parsed));
  };
  return {
    keepsPasswords: hasher !== undefined,
    accounts: () => store.accounts.list(),
    account: find,
    async addAccount(address, password) {
      const parsed = parseAddress(address);
      if (parsed === undefined) return { kind: 'not-an-address' };
      if (!isOurDomain(parsed.domain)) return { kind: 'not-our-domain' };
      const prepared = password === undefined ? undefined : saslPrepared(password);
      if (password !== undefined && prepared === undefined) return { kind: 'bad-password' };
      const key = addressKey(parsed);
      if (await store.aliases.byAddress(key) !== undefined) return { kind: 'is-alias' };
      const credentials = prepared === undefined ? undefined : await hasher?.makeCredentials(prepared);
      const answer = await store.accounts.add({ address: key, at: clock.now(), ...(credentials === undefined ? {} : { credentials }) });
      return answer.kind === 'exists' ? { kind: 'exists' } : answer;
    },
    async setPassword(address, password) {
      const prepared = saslPrepared(password);
      if (prepared === undefined) return { kind: 'bad-password' };
      const account = await find(address);
      if (account === undefined) return { kind: 'no-account' };
      if (hasher === undefined) return { kind: 'done' };
      const isSet = await store.accounts.setCredentials(account.id, await hasher.makeCredentials(prepared));
      return { kind: isSet ? 'done' : 'no-account' };
    },
    async quotas(address) {
      const account = await find(address);
      return account && { account, quotas: await quotas.quotasOf(account) };
    },
    async setQuota(address, limits) {
      const account = await find(address);
      const isSet = account !== undefined && await store.accounts.setOwnLimits(account.id, limits);
      return { kind: isSet ? 'done' : 'no-account' };
    },
    async removeAccount(address) {
      const account = await find(address);
      if (account === undefined || !await store.accounts.remove(account.id)) return { kind: 'no-account' };
      const aliases = await store.aliases.list();
      return { kind: 'removed', aliases: aliases.filter((alias) => alias.targets.some((target) => keyOf(target) === account.address)) };
    },
    aliases: () => store.aliases.list(),
    async setAlias(address, targets) {
      const subject = aliasSubject(address);
      if (subject === undefined) return { kind: 'not-an-address' };
      if (!isOurDomain(subject.domain)) return { kind: 'not-our-domain' };
      const list = readTargets(targets);
      if (list.kind !== 'targets') return list;
      // An account's own address always wins, so such an alias would never be seen.
      if (await store.accounts.byAddress(subject.key) !== undefined) return { kind: 'is-account' };
      const alias: Alias = { address: subject.key, targets: list.targets.map((target) => formatAddress(target)) };
      await store.aliases.set(alias);
      const reaching = await Promise.all(list.targets.map((target) => isReaching(target)));
      return { kind: 'set', alias, isReaching: reaching.includes(true) };
    },
    async removeAlias(address) {
      const subject = aliasSubject(address);
      return { kind: subject !== undefined && await store.aliases.remove(subject.key) ? 'removed' : 'no-alias' };
    },
  };
}

function aliasSubject(address: string): { readonly key: string; readonly domain: string } | undefined {
  if (address.startsWith('@')) {
    const domain = domainToAscii(address.slice(1));
    return domain === undefined ? undefined : { key: `@${domain}`, domain };
  }
  const parsed = parseAddress(address);
  return parsed === undefined ? undefined : { key: addressKey(parsed), domain: parsed.domain };
}

function readTargets(texts: readonly string[]): { readonly kind: 'targets'; readonly targets: readonly Address[] }
  | { readonly kind: 'bad-target'; readonly target: string } | Refusal<'no-targets' | 'too-many-targets'> {
  if (texts.length === 0) return { kind: 'no-targets' };
  if (texts.length > ALIAS_TARGETS_MAX) return { kind: 'too-many-targets' };
  const targets = new Map<string, Address>();
  for (const text of texts) {
    const target = parseAddress(text);
    if (target === undefined) return { kind: 'bad-target', target: text };
    targets.set(addressKey(target), target);
  }
  return { kind: 'targets', targets: [...targets.values()] };
}

function keyOf(target: string): string | undefined {
  const parsed = parseAddress(target);
  return parsed === undefined ? undefined : addressKey(parsed);
}

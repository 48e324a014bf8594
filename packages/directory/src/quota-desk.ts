/**
 * Says how much an account may hold: its own limits, else what the configuration has for its
 * domain, else for everybody; and all accounts of a domain together.
 *
 * The books count. What is asked here at RCPT is looked at again in the acceptance, as a
 * belief, or by the act itself.
 */
import type { Account } from '@posthorn/store/accounts.ts';
import { domainOf, isWithin, type Limits, NO_LIMITS, type OwnLimits, type QuotaLimits, type Usage } from '@posthorn/store/quota.ts';
import type { Store } from '@posthorn/store/store.ts';

/** What the configuration says. */
export interface QuotaRules {
  /** Of each account, unless its domain says otherwise. */
  readonly account: Limits;
  /** By domain, lower-case A-labels. */
  readonly domains: ReadonlyMap<string, DomainQuota>;
}

export interface DomainQuota {
  /** Of each account in it; what is absent is as for everybody. */
  readonly account: Limits;
  /** Of all its accounts together. */
  readonly total: Limits;
}

/** A quota that counts for an account, with what is used of it. */
export interface Quota {
  /** The account's address, or its domain where all of its accounts share one. */
  readonly of: string;
  readonly usage: Usage;
  readonly limits: Limits;
}

/** Whether there is room: `never` if it would not fit even where nothing else is. */
export type Room = 'room' | 'full' | 'never';

const NO_QUOTAS: QuotaRules = { account: NO_LIMITS, domains: new Map() };
const NOTHING: Usage = { messages: 0, octets: 0 };

export class QuotaDesk {
  readonly #store: Pick<Store, 'quotas'>;
  #rules: QuotaRules;

  constructor(store: Pick<Store, 'quotas'>, rules: QuotaRules = NO_QUOTAS) {
    this.#store = store;
    this.#rules = rules;
  }

  setRules(rules: QuotaRules = NO_QUOTAS): void {
    this.#rules = rules;
  }

  /** Undefined where nothing is limited, so that nobody need look further. */
  limitsOf({ address, ownLimits = {} }: Pick<Account, 'address' | 'ownLimits'>): QuotaLimits | undefined {
    const domain = this.#rules.domains.get(domainOf(address));
    const account = effective(ownLimits, { ...this.#rules.account, ...domain?.account });
    const total = domain?.total ?? NO_LIMITS;
    return isUnlimited(account) && isUnlimited(total) ? undefined : { account, domain: total };
  }

  /** For one more letter of so many octets (0: not known) in this account. */
  async room(address: string, octets: number, limits: QuotaLimits): Promise<Room> {
    const letter: Usage = { messages: 1, octets };
    if (!isWithin(NOTHING, letter, limits.account) || !isWithin(NOTHING, letter, limits.domain)) return 'never';
    const [own, domain] = await Promise.all([this.#store.quotas.usage(address), this.#store.quotas.usageOfDomain(domainOf(address))]);
    return isWithin(own, letter, limits.account) && isWithin(domain, letter, limits.domain) ? 'room' : 'full';
  }

  /** The account's own first, limited or not; the domain's where it has one. */
  async quotasOf(account: Pick<Account, 'address' | 'ownLimits'>): Promise<readonly Quota[]> {
    const { address } = account;
    const domain = domainOf(address);
    const limits = this.limitsOf(account) ?? { account: NO_LIMITS, domain: NO_LIMITS };
    const own: Quota = { of: address, usage: await this.#store.quotas.usage(address), limits: limits.account };
    if (isUnlimited(limits.domain)) return [own];
    return [own, { of: domain, usage: await this.#store.quotas.usageOfDomain(domain), limits: limits.domain }];
  }
}

function effective(own: OwnLimits, configured: Limits): Limits {
  const messages = own.messages ?? configured.messages ?? 'unlimited';
  const octets = own.octets ?? configured.octets ?? 'unlimited';
  return { ...(messages === 'unlimited' ? {} : { messages }), ...(octets === 'unlimited' ? {} : { octets }) };
}

function isUnlimited({ messages, octets }: Limits): boolean {
  return messages === undefined && octets === undefined;
}

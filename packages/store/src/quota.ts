/**
 * Quotas: how much there is, and how much there may be, in one account or in a whole domain.
 *
 * The books count, exactly and at every commit; who may have how much is the directory's to
 * say. Letters that were expunged and are still kept do not count.
 */

/** What is there now. */
export interface Usage {
  readonly messages: number;
  /** The sum of their RFC822.SIZE. */
  readonly octets: number;
}

/** How much there may be; what is absent is not limited. */
export interface Limits {
  readonly messages?: number;
  readonly octets?: number;
}

/** What an account was given instead of what the configuration says; what is absent is as configured. */
export interface OwnLimits {
  readonly messages?: number | 'unlimited';
  readonly octets?: number | 'unlimited';
}

/** Limits that an act has to keep to, looked at inside its transaction. */
export interface QuotaLimits {
  readonly account: Limits;
  /** Of all accounts of the account's domain together. */
  readonly domain: Limits;
}

export interface Quotas {
  /** All zero where there is no such account. */
  usage(address: string): Promise<Usage>;
  /** Of all accounts of a domain together. */
  usageOfDomain(domain: string): Promise<Usage>;
}

export const NO_LIMITS: Limits = {};

/** Whether `usage` and `more` are within the limits together. */
export function isWithin(usage: Usage, more: Usage, limits: Limits): boolean {
  return usage.messages + more.messages <= (limits.messages ?? Number.POSITIVE_INFINITY)
    && usage.octets + more.octets <= (limits.octets ?? Number.POSITIVE_INFINITY);
}

/** The domain that an account counts for; `address` as `addressKey` makes it. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/**
 * The directory of a real host: its domains are listed, its people and aliases are in the books.
 *
 * Case does not matter, and `ann+anything` is `ann` unless somebody has exactly that name.
 * Who wins: an account of exactly that address, an alias of exactly that address, the same
 * without the part after `+`, postmaster, the domain's catch-all.
 * RFC 5321 §4.5.1 (postmaster), RFC 5233 (subaddressing).
 */
import { addressKey, parseAddress } from '@posthorn/mail/address.ts';
import type { Address } from '@posthorn/mail/address.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import type { Random } from '@posthorn/world/random.ts';
import { createAdministration } from './administration.ts';
import type { Administration } from './administration.ts';
import type { Directory, Expansion, LoginAnswer, LoginAttempt, Resolution } from './directory.ts';
import type { Hasher } from './hasher.ts';
import { LoginDesk } from './login-desk.ts';
import { QuotaDesk, type QuotaRules } from './quota-desk.ts';
import { quotaPart, roomBehind } from './room.ts';
import { isReached, walk } from './walk.ts';

export interface DirectoryOptions {
  readonly store: Pick<Store, 'accounts' | 'aliases' | 'quotas'>;
  /** Lower-case A-labels. */
  readonly domains: readonly string[];
  /** Where mail for postmaster goes; the first account when absent. */
  readonly postmaster?: string;
  /** Absent: nothing is limited. */
  readonly quotas?: QuotaRules;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  /** Makes the salts of users that do not exist; keep it, or a restart tells them apart. */
  readonly secret: Buffer;
}

/** What a reload may change. */
export interface Listing {
  readonly domains: readonly string[];
  readonly postmaster?: string;
  readonly quotas?: QuotaRules;
}

export type ListedDirectory = Directory & Administration & {
  setListing(listing: Listing): void;
};

/** No account's name is longer (RFC 5321 §4.5.3.1). */
const NAME_LENGTH_MAX = 320;

export function createDirectory(options: DirectoryOptions): ListedDirectory {
  const quotas = new QuotaDesk(options.store, options.quotas);
  const registry = new Registry(options.store, options, quotas);
  const desk = new LoginDesk({ ...options, accounts: options.store.accounts });
  const expand = (address: Address): Promise<Expansion> => registry.expand(address);
  const isReaching = async (address: Address): Promise<boolean> => isReached(await walk(expand, address));
  const isOurDomain = (domain: string): boolean => registry.isOurDomain(domain);
  return {
    ...createAdministration({ ...options, quotas, isOurDomain, isReaching }),
    isOurDomain,
    expand,
    postmaster: () => registry.postmaster(),
    setListing: (listing) => {
      quotas.setRules(listing.quotas);
      registry.setListing(listing);
    },
    async resolve(address, octets = 0): Promise<Resolution> {
      if (!isOurDomain(address.domain)) return { kind: 'elsewhere' };
      const reached = await walk(expand, address);
      if (!isReached(reached)) return { kind: 'unknown' };
      const room = await roomBehind(reached, octets, quotas);
      return { kind: room === 'room' ? 'ours' : room };
    },
    ...quotaPart(options.store, quotas),
    maySendAs: async (account: Account, sender) => isOurDomain(sender.domain) && leadsOnlyTo(account, await walk(expand, sender)),
    login: ({ user, password, remoteAddress }: LoginAttempt): Promise<LoginAnswer> =>
      desk.login({ name: registry.nameOf(user), password, remoteAddress }),
    // Where no keys are kept nobody could ever log in with them.
    ...(options.hasher.scramIterations === undefined ? {} : scramPart(desk, (user) => registry.nameOf(user))),
  };
}

function scramPart(desk: LoginDesk, nameOf: (user: string) => string): Required<Pick<Directory, 'scram' | 'scramOutcome'>> {
  return {
    scram: (user, remoteAddress) => desk.scram(nameOf(user), remoteAddress),
    scramOutcome: (user, remoteAddress, isWelcome) => { desk.scramOutcome(nameOf(user), remoteAddress, isWelcome); },
  };
}

function leadsOnlyTo(account: Account, reached: Awaited<ReturnType<typeof walk>>): boolean {
  return reached.elsewhere.length === 0 && reached.deadEnds.length === 0
    && reached.accounts.length === 1 && reached.accounts[0]?.account === account.id;
}

/** Looks addresses up in the books, under the domains of the moment. */
class Registry {
  readonly #store: Pick<Store, 'accounts' | 'aliases'>;
  #domains: ReadonlySet<string> = new Set();
  #listing: Listing;
  readonly #quotas: QuotaDesk;

  constructor(store: Pick<Store, 'accounts' | 'aliases'>, listing: Listing, quotas: QuotaDesk) {
    this.#store = store;
    this.#quotas = quotas;
    this.#listing = listing;
    this.setListing(listing);
  }

  setListing(listing: Listing): void {
    this.#listing = listing;
    this.#domains = new Set(listing.domains.map((domain) => domain.toLowerCase()));
  }

  isOurDomain(domain: string): boolean {
    return this.#domains.has(domain);
  }

  postmaster(): Address {
    return { localPart: 'postmaster', domain: this.#listing.domains[0] ?? 'localhost' };
  }

  /** A login name is an address; where there is one domain only, its local part will do. */
  nameOf(user: string): string {
    if (user.length > NAME_LENGTH_MAX) return '';
    const [domain, ...others] = this.#listing.domains;
    const isBare = !user.includes('@') && domain !== undefined && others.length === 0;
    const parsed = parseAddress(isBare ? `${user}@${domain}` : user);
    return parsed === undefined ? user.toLowerCase() : addressKey(parsed);
  }

  async expand(address: Address): Promise<Expansion> {
    if (!this.isOurDomain(address.domain)) return { kind: 'elsewhere' };
    const exact = await this.#lookUp(addressKey(address));
    if (exact !== undefined) return exact;
    const base = withoutDetail(address);
    return (base === address ? undefined : await this.#lookUp(addressKey(base)))
      ?? (base.localPart.toLowerCase() === 'postmaster' ? await this.#expandPostmaster() : undefined)
      ?? await this.#expandAlias(`@${address.domain}`)
      ?? { kind: 'unknown' };
  }

  async #lookUp(key: string): Promise<Expansion | undefined> {
    const account = await this.#store.accounts.byAddress(key);
    return account === undefined ? this.#expandAlias(key) : expansionOf(account, this.#quotas);
  }

  async #expandAlias(key: string): Promise<Expansion | undefined> {
    const alias = await this.#store.aliases.byAddress(key);
    if (alias === undefined) return undefined;
    const targets = alias.targets.flatMap((target) => parseAddress(target) ?? []);
    return { kind: 'alias', targets, belief: { kind: 'alias', address: key, targets: alias.targets } };
  }

  /** RFC 5321 §4.5.1: mail to postmaster has to reach somebody. */
  async #expandPostmaster(): Promise<Expansion | undefined> {
    const configured = this.#listing.postmaster === undefined ? undefined : parseAddress(this.#listing.postmaster);
    if (configured !== undefined) return { kind: 'alias', targets: [configured] };
    const [first] = await this.#store.accounts.list();
    return first === undefined ? undefined : expansionOf(first, this.#quotas);
  }
}

function expansionOf(account: Account, quotas: QuotaDesk): Expansion {
  const limits = quotas.limitsOf(account);
  return {
    kind: 'account',
    account: account.id,
    address: account.address,
    belief: { kind: 'account', address: account.address, account: account.id },
    ...(limits === undefined ? {} : { limits }),
  };
}

/** `ann+lists@ash.test` → `ann@ash.test`; the same object when there is no detail. */
function withoutDetail(address: Address): Address {
  const plus = address.localPart.indexOf('+');
  return plus > 0 ? { ...address, localPart: address.localPart.slice(0, plus) } : address;
}

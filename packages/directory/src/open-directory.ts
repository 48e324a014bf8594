/**
 * The directory of `posthorn dev`: any domain is ours, any password is right.
 *
 * Each address is an account of its own (`bob+x@x.test` too), made when a letter for it is
 * delivered or somebody logs in to it. A login name that is no address, such as `bob`, means
 * the account `bob@localhost`. Aliases work when somebody sets them;
 * quotas are for real hosts. Domains that are said to be elsewhere are not ours: a test plays the world.
 */
import { addressKey, parseAddress } from '@posthorn/mail/address.ts';
import type { Address } from '@posthorn/mail/address.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import { createAdministration } from './administration.ts';
import type { Administration } from './administration.ts';
import { BoundedMap } from './bounded-map.ts';
import { QuotaDesk } from './quota-desk.ts';
import { quotaPart } from './room.ts';
import type { Directory, Expansion } from './directory.ts';

const KNOWN_MAX = 10_000;
/** Longer names have no account (RFC 5321 §4.5.3.1). */
const NAME_LENGTH_MAX = 320;

export type OpenDirectory = Directory & Administration;

export function createOpenDirectory({ store, clock, isElsewhere = () => false }: {
  readonly store: Pick<Store, 'accounts' | 'aliases' | 'quotas'>;
  readonly clock: Clock;
  /** Asked each time; for tests, whose world grows. */
  readonly isElsewhere?: (domain: string) => boolean;
}): OpenDirectory {
  const known = new BoundedMap<string, Account>(KNOWN_MAX);
  const isOurDomain = (domain: string): boolean => !isElsewhere(domain);
  const accountOf = async (key: string): Promise<Account> => {
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    const { account } = await store.accounts.add({ address: key, at: clock.now() });
    known.set(key, account);
    return account;
  };
  const expand = async (address: Address): Promise<Expansion> => {
    if (isElsewhere(address.domain)) return { kind: 'elsewhere' };
    const key = addressKey(address);
    const alias = known.get(key) === undefined ? await store.aliases.byAddress(key) : undefined;
    if (alias !== undefined) {
      const targets = alias.targets.flatMap((target) => parseAddress(target) ?? []);
      return { kind: 'alias', targets, belief: { kind: 'alias', address: key, targets: alias.targets } };
    }
    const account = await accountOf(key);
    return { kind: 'account', account: account.id, address: key, belief: { kind: 'account', address: key, account: account.id } };
  };
  const quotas = new QuotaDesk(store);
  const administration = createAdministration({ store, clock, quotas, isOurDomain, isReaching: () => Promise.resolve(true) });
  return {
    ...administration,
    async removeAccount(address) {
      const parsed = parseAddress(address);
      const answer = await administration.removeAccount(address);
      // Only now: a letter that comes in between must not put it back.
      if (parsed !== undefined) known.delete(addressKey(parsed));
      return answer;
    },
    isOurDomain,
    resolve: ({ domain }) => Promise.resolve({ kind: isElsewhere(domain) ? 'elsewhere' : 'ours' }),
    expand,
    postmaster: () => ({ localPart: 'postmaster', domain: 'localhost' }),
    ...quotaPart(store, quotas),
    maySendAs: () => Promise.resolve(true),
    async login({ user }) {
      if (user === '' || user.length > NAME_LENGTH_MAX) return { kind: 'refused' };
      const address = parseAddress(user) ?? { localPart: user, domain: 'localhost' };
      return { kind: 'welcome', account: await accountOf(addressKey(address)) };
    },
  };
}

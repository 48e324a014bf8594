/**
 * Room for letters: behind an address, and in an account of whoever acts himself.
 */
import type { Store } from '@posthorn/store/store.ts';
import type { Directory } from './directory.ts';
import type { QuotaDesk, Room } from './quota-desk.ts';
import type { Reached } from './walk.ts';

/**
 * Whether a letter finds room with anybody behind an address: where only some have none, it is
 * taken for all (RFC 5321 §3.9 lets one answer stand for a list).
 */
export async function roomBehind({ accounts, elsewhere }: Pick<Reached, 'accounts' | 'elsewhere'>, octets: number, quotas: QuotaDesk): Promise<Room> {
  if (elsewhere.length > 0) return 'room';
  let isFull = false;
  for (const { address, limits } of accounts) {
    const room = limits === undefined ? 'room' : await quotas.room(address, octets, limits);
    if (room === 'room') return 'room';
    isFull ||= room === 'full';
  }
  return isFull ? 'full' : 'never';
}

export function quotaPart(store: Pick<Store, 'accounts'>, quotas: QuotaDesk): Pick<Directory, 'limitsOf' | 'quotasOf' | 'roomBehind'> {
  return {
    roomBehind: (reached, octets) => roomBehind(reached, octets, quotas),
    async limitsOf(id) {
      const account = await store.accounts.byId(id);
      return account && quotas.limitsOf(account);
    },
    async quotasOf(id) {
      const account = await store.accounts.byId(id);
      return account === undefined ? [] : quotas.quotasOf(account);
    },
  };
}

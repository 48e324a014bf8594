/**
 * Mail in and out of an account, for the API.
 */
import type { MovingPort } from '@posthorn/httpd/ports.ts';
import { addressKey, parseAddress } from '@posthorn/mail/address.ts';
import { giveArchive } from '@posthorn/movers/give.ts';
import { keepArchive } from '@posthorn/movers/keep.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import type { Random } from '@posthorn/world/random.ts';

export function createMoving({ store, clock, random, messageOctetsMax }: {
  readonly store: Store; readonly clock: Clock; readonly random: Random; readonly messageOctetsMax: number;
}): MovingPort {
  const find = async (text: string): Promise<Account | undefined> => {
    const address = parseAddress(text);
    return address === undefined ? undefined : store.accounts.byAddress(addressKey(address));
  };
  return {
    async keeper(address) {
      const account = await find(address);
      return account && ((pieces, isDry) => keepArchive({ store, account: account.id, clock, random, messageOctetsMax, isDry }, pieces));
    },
    async giver(address) {
      const account = await find(address);
      return account && ((mailboxes) => giveArchive({ store, account: account.id, address: account.address, ...mailboxes === undefined ? {} : { mailboxes } }));
    },
  };
}

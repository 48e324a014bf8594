/**
 * Follows an address through its aliases to everyone behind it.
 *
 * Each address is visited once, so circles end; depth and number are bounded.
 */
import { addressKey, formatAddress } from '@posthorn/mail/address.ts';
import type { Address } from '@posthorn/mail/address.ts';
import type { AddressBelief } from '@posthorn/store/acceptance.ts';
import type { AccountId } from '@posthorn/store/ids.ts';
import type { Expansion, ReachedAccount } from './directory.ts';

/** Aliases of aliases of aliases. */
export const ALIAS_HOPS_MAX = 20;
/** Addresses visited for one recipient. */
export const ALIAS_ADDRESSES_MAX = 2000;

/** Everyone behind an address. */
export interface Reached {
  readonly accounts: readonly ReachedAccount[];
  readonly elsewhere: readonly Address[];
  /** What all this relies on. */
  readonly beliefs: readonly AddressBelief[];
  /** Aliases name them, nobody is there: `local@domain`. */
  readonly deadEnds: readonly string[];
  /** It led in a circle, too deep or too far, and nowhere else. */
  readonly isLoop: boolean;
}

export async function walk(expand: (address: Address) => Promise<Expansion>, start: Address): Promise<Reached> {
  const visited = new Set([addressKey(start)]);
  const accounts = new Map<AccountId, ReachedAccount>();
  const elsewhere: Address[] = [];
  const beliefs: AddressBelief[] = [];
  const deadEnds: string[] = [];
  let isBeyond = false;
  let level: readonly Address[] = [start];
  for (let hops = 0; level.length > 0 && !isBeyond; hops += 1) {
    const next: Address[] = [];
    for (const address of level) {
      const expansion = await expand(address);
      if ('belief' in expansion && expansion.belief !== undefined) beliefs.push(expansion.belief);
      if (expansion.kind === 'account') accounts.set(expansion.account, reachedBy(expansion));
      else if (expansion.kind === 'elsewhere') elsewhere.push(address);
      else if (expansion.kind === 'unknown') deadEnds.push(formatAddress(address));
      else next.push(...unvisited(expansion.targets, visited));
    }
    isBeyond = next.length > 0 && (hops >= ALIAS_HOPS_MAX || visited.size > ALIAS_ADDRESSES_MAX);
    level = next;
  }
  if (isBeyond) return { accounts: [], elsewhere: [], beliefs, deadEnds, isLoop: true };
  return {
    accounts: [...accounts.values()],
    elsewhere,
    beliefs,
    deadEnds,
    isLoop: accounts.size === 0 && elsewhere.length === 0 && deadEnds.length === 0,
  };
}

/** Is anybody there at all? */
export function isReached(reached: Reached): boolean {
  return reached.accounts.length > 0 || reached.elsewhere.length > 0;
}

function reachedBy({ account, address, limits }: Extract<Expansion, { kind: 'account' }>): ReachedAccount {
  return { account, address, ...(limits === undefined ? {} : { limits }) };
}

function unvisited(targets: readonly Address[], visited: Set<string>): readonly Address[] {
  return targets.filter((target) => {
    const key = addressKey(target);
    if (visited.has(key)) return false;
    visited.add(key);
    return true;
  });
}

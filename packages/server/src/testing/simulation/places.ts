/**
 * The hosts of a simulated week, who lives there, and where mail really goes.
 */
import type { Dice } from './dice.ts';

export interface Place {
  readonly domain: string;
  readonly address: string;
  /** From where its people send; trusted. */
  readonly laptop: string;
  readonly people: readonly string[];
  /** Local parts, and where they lead: `local@domain` each. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** Who is unknown to it has to wait for five minutes at RCPT. */
  readonly isGreylisting: boolean;
}

/** A host that is not ours. It takes mail for `STRANGERS`, late, and refuses others. */
export const FOREIGN = { domain: 'pine.test', address: '203.0.113.25' };
export const STRANGERS: readonly string[] = ['joe@pine.test', 'sue@pine.test'];

const NAMES = ['ash', 'elm', 'oak', 'fir'];
const PEOPLE = ['ann', 'bob', 'eve'];

export function drawPlaces(dice: Dice): readonly Place[] {
  const names = NAMES.slice(0, dice.pick([2, 3, 3, 4]));
  return names.map((name, at): Place => {
    const domain = `${name}.test`;
    const next = `${names[(at + 1) % names.length] ?? name}.test`;
    return {
      domain,
      address: `192.0.2.${at + 1}`,
      laptop: `198.51.100.${at + 1}`,
      people: PEOPLE.slice(0, dice.between(1, PEOPLE.length)),
      aliases: {
        team: [`ann@${domain}`, `ann@${next}`],
        // One host further, where it is an alias again at all but the last.
        away: at === names.length - 1 ? [`ann@${next}`] : [`away@${next}`],
        wide: [`team@${domain}`, 'joe@pine.test', `nobody@${next}`],
      },
      isGreylisting: dice.isLucky(0.3),
    };
  });
}

/** What stands behind an address at the host that it belongs to: itself if it is no alias there. `local@domain`. */
export function expandAt(places: readonly Place[], address: string): readonly string[] {
  const reached = new Set<string>();
  const walk = (one: string): void => {
    const targets = targetsOf(places, one);
    if (targets === undefined) reached.add(one);
    // Only where they are at home here too; another host has its own aliases.
    else for (const target of targets) if (domainOf(target) === domainOf(address)) walk(target); else reached.add(target);
  };
  walk(address);
  return [...reached];
}

export function isSomebody(places: readonly Place[], address: string): boolean {
  const place = placeOf(places, address);
  return place === undefined ? STRANGERS.includes(address) : place.people.includes(localPartOf(address));
}

export function placeOf(places: readonly Place[], address: string): Place | undefined {
  return places.find(({ domain }) => domain === domainOf(address));
}

export function targetsOf(places: readonly Place[], address: string): readonly string[] | undefined {
  return placeOf(places, address)?.aliases[localPartOf(address)];
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

export function localPartOf(address: string): string {
  return address.slice(0, address.lastIndexOf('@'));
}

/**
 * What happens in a simulated week: drawn from its seed before anything runs.
 *
 * Five days in which things go wrong, then peace until all is at rest. Letters and faults come
 * from dice of their own, so that a week without a kind of fault has the same letters.
 */
import type { Milliseconds } from '@posthorn/world/clock.ts';
import type { Ending } from '@posthorn/world/sim/machine.ts';
import type { NetTrouble } from '@posthorn/world/sim/net.ts';
import { Dice } from './dice.ts';
import { drawPlaces, FOREIGN, STRANGERS } from './places.ts';
import type { Place } from './places.ts';

export type Happening =
  | { readonly kind: 'letter'; readonly door: 'submission' | 'smtp'; readonly place: number; readonly sender: string; readonly recipients: readonly string[]; readonly octets: number }
  | { readonly kind: 'read'; readonly place: number; readonly person: string; readonly what: ReadingAct }
  | { readonly kind: 'operate'; readonly place: number; readonly what: 'hold' | 'release' | 'cancel' | 'retry' }
  | { readonly kind: 'crash'; readonly place: number; readonly ending: Ending; readonly down: Milliseconds }
  | { readonly kind: 'crash-at-commit'; readonly place: number; readonly moment: 'before' | 'after'; readonly of: 'accept' | 'settle' | 'lease' | 'any'; readonly down: Milliseconds }
  | { readonly kind: 'restart'; readonly place: number; readonly down: Milliseconds }
  | { readonly kind: 'part'; readonly some: readonly number[]; readonly lasting: Milliseconds }
  | { readonly kind: 'step-clock'; readonly place: number; readonly by: Milliseconds }
  | { readonly kind: 'no-dns'; readonly place: number; readonly lasting: Milliseconds }
  | { readonly kind: 'wire'; readonly trouble: NetTrouble }
  | { readonly kind: 'disk'; readonly place: number; readonly how: 'full' | 'failing' | 'in-doubt'; readonly lasting: Milliseconds };

export type ReadingAct = 'flag' | 'delete' | 'move' | 'copy' | 'append' | 'remake' | 'look';

export interface Event {
  readonly at: Milliseconds;
  readonly what: Happening;
}

export interface Scenario {
  readonly seed: number;
  readonly places: readonly Place[];
  readonly latency: Milliseconds;
  readonly segmentMax: number;
  /** How long a letter is tried. */
  readonly expire: Milliseconds;
  /** Whether hosts store a letter once whose 250 was not heard. */
  readonly isRetryCollapsed: boolean;
  /** The chance that something goes wrong at a stage of a dialogue. */
  readonly mischief: number;
  /** In order of time. */
  readonly events: readonly Event[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** When faults end. */
export const PEACE_AT = 5 * DAY;
export const WEEK = 7 * DAY;

const READING: readonly ReadingAct[] = ['flag', 'flag', 'delete', 'delete', 'move', 'copy', 'append', 'remake', 'look'];

export function drawScenario(seed: number): Scenario {
  const dice = new Dice(seed * 4 + 1);
  const places = drawPlaces(dice);
  const letters = drawLetters(dice, places);
  return {
    seed,
    places,
    latency: dice.pick([0, 0, 0, 20, 150]),
    segmentMax: dice.pick([65_536, 65_536, 1000, 90]),
    expire: dice.pick([1, 2]) * DAY,
    isRetryCollapsed: dice.isLucky(0.5),
    mischief: dice.pick([0, 0.01, 0.03]),
    events: [...letters, ...drawReading(new Dice(seed * 4 + 2), places), ...drawFaults(new Dice(seed * 4 + 3), places, letters)]
      .toSorted((a, b) => a.at - b.at),
  };
}

function drawLetters(dice: Dice, places: readonly Place[]): readonly Event[] {
  const known = places.flatMap(({ domain, people, aliases }) => [...people, ...Object.keys(aliases), 'nobody'].map((name) => `${name}@${domain}`));
  const anybody = [...known, ...known, ...STRANGERS, 'eve@gone.test'];
  return Array.from({ length: dice.between(5, 9) }, (): Event => {
    const place = dice.between(0, places.length - 1);
    const { domain, people, aliases } = dice.pick(places.slice(place, place + 1));
    const octets = dice.isLucky(0.05) ? 90_000 : dice.between(10, 900);
    // In working hours, so that letters come in crowds.
    const at = dice.between(0, 4) * DAY + dice.between(8 * 12, 11 * 12) * 5 * MINUTE + dice.between(0, 3) * 1000;
    if (dice.isLucky(0.2)) {
      const own = [...people, ...Object.keys(aliases)].map((name) => `${name}@${domain}`);
      const recipients = [...new Set([dice.pick(own), dice.pick(own)])];
      return { at, what: { kind: 'letter', door: 'smtp', place, sender: dice.pick(STRANGERS), recipients, octets } };
    }
    const recipients = [...new Set(Array.from({ length: dice.pick([1, 1, 2, 4]) }, () => dice.pick(anybody)))];
    return { at, what: { kind: 'letter', door: 'submission', place, sender: `${dice.pick(people)}@${domain}`, recipients, octets } };
  });
}

function drawReading(dice: Dice, places: readonly Place[]): readonly Event[] {
  return Array.from({ length: dice.between(4, 10) }, (): Event => {
    const place = dice.between(0, places.length - 1);
    const person = dice.pick(dice.pick(places.slice(place, place + 1)).people);
    return { at: dice.between(HOUR, WEEK - DAY), what: { kind: 'read', place, person, what: dice.pick(READING) } };
  });
}

type Draw = (dice: Dice, place: number, places: readonly Place[]) => Happening;

const FAULTS: readonly (readonly [least: number, most: number, draw: Draw])[] = [
  [1, 3, (dice, place) => ({ kind: 'crash', place, ending: dice.pick(['killed', 'power-cut']), down: downtime(dice) })],
  [1, 4, (dice, place) => ({
    kind: 'crash-at-commit', place, moment: dice.pick(['before', 'after']), of: dice.pick(['accept', 'settle', 'lease', 'any']), down: downtime(dice),
  })],
  [0, 1, (dice, place) => ({ kind: 'restart', place, down: dice.between(1, 10) * MINUTE })],
  [0, 2, (dice, _place, places) => ({ kind: 'part', some: dice.some([...places.keys()], 0.5), lasting: dice.between(10, 12 * 60) * MINUTE })],
  [0, 2, (dice, place) => ({ kind: 'step-clock', place, by: dice.pick([-1, 1]) * dice.pick([1000, MINUTE, HOUR, 20 * HOUR]) })],
  [0, 1, (dice, place) => ({ kind: 'no-dns', place, lasting: dice.between(10, 600) * MINUTE })],
  [0, 4, (dice, _place, places) => ({ kind: 'wire', trouble: drawTrouble(dice, places) })],
  [0, 2, (dice, place) => ({ kind: 'disk', place, how: dice.pick(['full', 'failing', 'in-doubt']), lasting: dice.pick([1, 5, 40]) * MINUTE })],
  [0, 3, (dice, place) => ({ kind: 'operate', place, what: dice.pick(['hold', 'release', 'cancel', 'retry']) })],
];

function drawFaults(dice: Dice, places: readonly Place[], letters: readonly Event[]): readonly Event[] {
  return FAULTS.flatMap(([least, most, draw]) => Array.from({ length: dice.between(least, most) }, (): Event => {
    // Half of them just when a letter comes, or soon after.
    const at = dice.isLucky(0.5) ? dice.between(0, PEACE_AT) : dice.pick(letters).at + dice.pick([0, 50, 300, 1000, 5 * MINUTE]);
    return { at: Math.min(at, PEACE_AT), what: draw(dice, dice.between(0, places.length - 1), places) };
  }));
}

function drawTrouble(dice: Dice, places: readonly Place[]): NetTrouble {
  const to = dice.pick([...places.map(({ address }) => address), FOREIGN.address]);
  const kind = dice.pick(['refuse', 'unreachable', 'close', 'reset', 'half-open', 'delay'] as const);
  return {
    to, kind, times: dice.between(1, 4), direction: dice.pick(['outward', 'inward']), at: dice.between(0, 1200), ms: dice.between(1, 900) * 1000,
  };
}

/** Mostly minutes; sometimes longer than a letter is tried. */
function downtime(dice: Dice): Milliseconds {
  return dice.isLucky(0.12) ? dice.between(12, 70) * HOUR : dice.between(0, 90) * MINUTE;
}

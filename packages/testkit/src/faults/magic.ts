/**
 * Addresses that make something go wrong, for tests that cannot call the kit: any address at `fault.test`.
 *
 * `451@fault.test`: refused at RCPT with 451. `451x2@…`: the first two times. `data-552@…`: at the
 * final dot. `delay-3s@…`, `drop@…`, `reset@…`, `hang@…`, `lost@…` (accepted, the reply is lost).
 * A tag makes it another address with a count of its own: `451x2+ann@fault.test`.
 */
import type { FaultAction, FaultOccasion } from '@posthorn/world/fault.ts';
import { milliseconds } from '../duration.ts';

const DOMAIN = '@fault.test';
const WORDS: Readonly<Record<number, string>> = {
  421: '4.3.2 Not now', 450: '4.2.1 Mailbox busy', 451: '4.7.1 Greylisted, try again later', 452: '4.2.2 Mailbox full',
  550: '5.1.1 There is nobody with this address here', 551: '5.1.6 Moved', 552: '5.2.2 Mailbox full', 553: '5.1.3 Not an address', 554: '5.7.1 Refused by policy',
};

interface Spell {
  readonly stage: FaultOccasion['stage'];
  readonly action: FaultAction;
  readonly times: number;
}

export class MagicAddresses {
  readonly #met = new Map<string, number>();

  ask({ side, stage, recipient, recipients }: FaultOccasion): readonly FaultAction[] {
    if (side !== 'receiving') return [];
    const named = recipient === undefined ? recipients ?? [] : [recipient];
    return named.filter((address) => address.toLowerCase().endsWith(DOMAIN)).flatMap((address) => this.#cast(address.toLowerCase(), stage));
  }

  #cast(address: string, stage: FaultOccasion['stage']): readonly FaultAction[] {
    const spell = spellOf(address.slice(0, -DOMAIN.length).replace(/\+.*$/, ''));
    if (spell === undefined || spell.stage !== stage) return [];
    const met = (this.#met.get(address) ?? 0) + 1;
    this.#met.set(address, met);
    return met <= spell.times ? [spell.action] : [];
  }
}

function spellOf(word: string): Spell | undefined {
  const [, name = '', count] = /^(.*?)(?:x(\d+))?$/.exec(word) ?? [];
  const times = count === undefined ? Number.POSITIVE_INFINITY : Number(count);
  const cut = (how: 'close' | 'reset' | 'half-open', afterAccept: boolean): FaultAction => ({ kind: 'cut', how, afterAccept });
  switch (name) {
    case 'drop': return { stage: 'rcpt', action: cut('close', false), times };
    case 'reset': return { stage: 'rcpt', action: cut('reset', false), times };
    case 'hang': return { stage: 'rcpt', action: cut('half-open', false), times };
    case 'lost': return { stage: 'data-end', action: cut('close', true), times };
    default:
  }
  const delay = /^delay-(\d+)(ms|s|m)$/.exec(name);
  if (delay !== null) return { stage: 'rcpt', action: { kind: 'delay', ms: milliseconds(`${Number(delay[1])}${unitOf(delay[2])}`) }, times };
  const reply = /^(data-)?([45]\d\d)$/.exec(name);
  if (reply === null) return undefined;
  const code = Number(reply[2]);
  const text = WORDS[code] ?? `${Math.floor(code / 100)}.0.0 ${code} was asked for`;
  return { stage: reply[1] === undefined ? 'rcpt' : 'data-end', action: { kind: 'reply', code, text }, times };
}

function unitOf(text: string | undefined): 'ms' | 's' | 'm' {
  return text === 'ms' || text === 'm' ? text : 's';
}

/**
 * A relay in a simulated world: hosts by address, a zone, a clock that moves when told.
 */
import type { CarryReport } from '@posthorn/queue/courier.ts';
import type { Errand } from '@posthorn/store/spool.ts';
import type { FaultRules } from '@posthorn/world/fault.ts';
import { noFaults } from '@posthorn/world/fault.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import { SimNet } from '@posthorn/world/sim/net.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { SimResolver } from '@posthorn/world/sim/resolver.ts';
import { createRelay, type Relay, type RelayOptions } from '../relay.ts';
import { LETTER_TEXT } from './errand.ts';
import { type HostScript, ScriptedHost } from './scripted-host.ts';

export interface Laboratory {
  readonly clock: SimClock;
  readonly net: SimNet;
  readonly resolver: SimResolver;
  readonly log: MemoryLog;
  readonly relay: Relay;
  /** A host at this address, port 25 unless said otherwise. */
  host(address: string, script?: HostScript, port?: number): Promise<ScriptedHost>;
  /** Carries an errand; the clock moves until it is over. */
  carry(errand: Errand, signal?: AbortSignal): Promise<CarryReport>;
}

export interface LaboratoryWish extends Partial<Omit<RelayOptions, 'faults'>> {
  readonly faults?: FaultRules;
  readonly text?: string;
  readonly segmentMax?: number;
}

/** `elm.test` has one exchange, mx.elm.test, at 203.0.113.1. */
export function createLaboratory({ text = LETTER_TEXT, segmentMax, ...wish }: LaboratoryWish = {}): Laboratory {
  const clock = new SimClock();
  const log = new MemoryLog();
  const net = new SimNet({ clock, ...(segmentMax === undefined ? {} : { segmentMax }) });
  const resolver = new SimResolver({
    'elm.test': { mx: [{ preference: 10, exchange: 'mx.elm.test' }] },
    'mx.elm.test': { a: ['203.0.113.1'] },
  });
  const relay = createRelay({
    net: net.host('192.0.2.1', '2001:db8::1'), resolver, clock, log, random: seededRandom(25), faults: noFaults,
    hostname: 'mx.ash.test', ownAddresses: ['192.0.2.1'], port: 25, isLoopbackAllowed: false,
    readLetter: async function* read() {
      yield Buffer.from(text);
    },
    ...wish,
  });
  return {
    clock,
    net,
    resolver,
    log,
    relay,
    host: (address, script = {}, port = 25) => new ScriptedHost(script).listen(net.host(address), { host: address, port }),
    carry: async (errand, signal = new AbortController().signal) => {
      const progress = { isOver: false };
      const carried = relay.carry(errand, signal).finally(() => {
        progress.isOver = true;
      });
      // Long enough for any time limit of the RFC, for all hosts.
      for (let minute = 0; minute < 120 && !progress.isOver; minute += 1) await clock.advance(minute === 0 ? 0 : 60_000);
      return carried;
    },
  };
}

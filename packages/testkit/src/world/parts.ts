/**
 * What the hosts of a world share.
 */
import type { World } from '@posthorn/server/world.ts';
import type { Net } from '@posthorn/world/net.ts';
import type { FaultBook } from '../faults/fault-book.ts';
import type { Overheard } from '../office/overheard.ts';
import type { Register } from '../waiting/register.ts';
import type { Authority } from './certificates.ts';

/** Hosts by made-up IP addresses: `MappedNet` on loopback, `SimNet` in memory. */
export interface Wires {
  host(...addresses: readonly [string, ...string[]]): Net;
}

export interface WorldParts {
  /** What all hosts share. */
  readonly world: Pick<World, 'clock' | 'random' | 'log'>;
  readonly wires: Wires;
  readonly fault: FaultBook;
  readonly overheard: Overheard;
  readonly register: Register;
  readonly authority: Authority;
}

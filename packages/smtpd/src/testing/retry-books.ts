/**
 * What the books keep of letters that may be sent again, in memory: for tests of dialogues.
 */
import type { LetterId } from '@posthorn/store/ids.ts';
import type { LedgerEntry } from '@posthorn/store/ledger.ts';
import type { UnheardLetter } from '@posthorn/store/retries.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import { Retries } from '../retries.ts';

export interface RetryRoom {
  readonly retries: Retries;
  readonly log: MemoryLog;
  /** What was collapsed. */
  readonly collapsed: LedgerEntry[];
  /** What the ledger says of letters of before. */
  readonly entries: Map<LetterId, readonly LedgerEntry[]>;
  /** Why the ledger cannot be written, if it cannot. */
  fault?: Error;
  /** What is unheard in the books. */
  unheard: readonly UnheardLetter[];
}

export function openRetryRoom(clock: Clock, lettersMax?: number): RetryRoom {
  const log = new MemoryLog();
  const collapsed: LedgerEntry[] = [];
  const entries = new Map<LetterId, readonly LedgerEntry[]>();
  const room: Omit<RetryRoom, 'retries'> = { log, collapsed, entries, unheard: [] };
  const retries = new Retries({
    clock,
    log,
    store: {
      retries: {
        unheard: ({ since, limit }) => Promise.resolve(room.unheard.filter(({ at }) => at >= since).slice(0, limit)),
        settle: (letters) => {
          room.unheard = letters;
          return Promise.resolve();
        },
      },
      ledger: {
        ofLetter: (letter) => Promise.resolve({ entries: entries.get(letter) ?? [] }),
        find: () => Promise.resolve([]),
        write: (entry) => {
          if (room.fault !== undefined) return Promise.reject(room.fault);
          collapsed.push(entry);
          return Promise.resolve();
        },
      },
    },
  }, lettersMax);
  return Object.assign(room, { retries });
}

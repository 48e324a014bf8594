/**
 * Care for books that this process has open.
 */
import type { Clock } from '@posthorn/world/clock.ts';
import { CareRefused } from '../../care.ts';
import type { Care } from '../../store.ts';
import type { Carrier } from '../carrier.ts';
import { runCare } from './start-care.ts';

export function careOf(folder: string, { carrier, clock }: { readonly carrier: Carrier; readonly clock: Clock }): Care {
  let begun = 0;
  return {
    examine: (options) => runCare('examine', { folder }, options),
    async backUp(to, options) {
      begun += 1;
      const backup = begun;
      await carrier.submit({ kind: 'sweeping', backup, isHeld: true });
      try {
        return await runCare('back-up', { folder, to, at: clock.now() }, options);
      } finally {
        await carrier.submit({ kind: 'sweeping', backup, isHeld: false });
      }
    },
  };
}

/** Books that are nowhere but in memory. */
export const NO_CARE: Care = {
  examine: () => Promise.reject(new CareRefused('these books are kept in memory only: there is no disk to examine')),
  backUp: () => Promise.reject(new CareRefused('these books are kept in memory only, and are not backed up')),
};

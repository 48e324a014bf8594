/**
 * What became of a letter, at every host it came by, with what was said there.
 */
import type { Host } from '@posthorn/server/host.ts';
import { letterId } from '@posthorn/store/ids.ts';
import type { Act, LedgerDetail } from '@posthorn/store/ledger.ts';
import type { Overheard } from './overheard.ts';

export interface Step {
  readonly at: Date;
  /** Where. */
  readonly host: string;
  /** `accepted`, `queued`, `deferred`, `delivered`, `failed`, `placed`, `notified` … */
  readonly act: Act;
  /** Empty where it is about all of them. */
  readonly recipient: string;
  readonly detail: LedgerDetail;
  /** The dialogue in which it was accepted. */
  readonly transcript: readonly string[];
}

const NOTES_MAX = 100;
/** What came of it is known after the other host has it, be it in the same millisecond. */
const rank = ({ act }: Step): number => (['accepted', 'queued', 'placed'].includes(act) ? 0 : 1);

/** By Message-ID, or by the id of its acceptance. In order of time. */
export async function journeyOf(what: string, hosts: readonly { readonly name: string; readonly host: Host }[], overheard: Overheard): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const { name, host } of hosts) {
    const { ledger } = host.core.store;
    const notes = what.startsWith('<') ? await ledger.find({ messageId: what, limit: NOTES_MAX }) : [{ letter: letterId(what) }];
    for (const { letter } of notes) {
      for (const { at, act, recipient = '', detail } of (await ledger.ofLetter(letter)).entries) {
        const session = act === 'accepted' ? detail['session'] : undefined;
        steps.push({ at: new Date(at), host: name, act, recipient, detail, transcript: typeof session === 'string' ? overheard.transcript(session) : [] });
      }
    }
  }
  return steps.toSorted((a, b) => a.at.getTime() - b.at.getTime() || rank(a) - rank(b));
}

/**
 * Long work in bounded steps: lists in pages, and turns for the others in between.
 */
import { UIDS_PER_ACT } from '@posthorn/store/messages.ts';
import type { Clock } from '@posthorn/world/clock.ts';

export function* pages<Item>(items: readonly Item[], size = UIDS_PER_ACT): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/** Work without a break longer than this keeps other sessions waiting. */
const TURN_MS = 10;

/** Call it often: it gives way to others when we have worked for a while. */
export function takingTurns(clock: Clock): () => Promise<void> {
  let since = clock.monotonic();
  return async () => {
    if (clock.monotonic() - since < TURN_MS) return;
    await new Promise<void>((resolve) => { clock.deadline(0, resolve); });
    since = clock.monotonic();
  };
}

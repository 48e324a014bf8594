/**
 * Fault rules on the sending side: what is made to go wrong at each stage.
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import type { FaultAction, FaultOccasion, FaultRules, FaultStage } from '@posthorn/world/fault.ts';
import type { ClientStage } from './client/dialogue.ts';

export interface SendingFaults {
  /** The first of each kind that the rules ask for; delays are over already. */
  readonly reply?: Extract<FaultAction, { kind: 'reply' }>;
  readonly cut?: Extract<FaultAction, { kind: 'cut' }>;
  readonly throttle?: Extract<FaultAction, { kind: 'throttle' }>;
}

export type SendingOccasion = Omit<FaultOccasion, 'side' | 'stage'>;

const NONE: SendingFaults = {};

const STAGES: Readonly<Partial<Record<ClientStage, FaultStage>>> = {
  banner: 'banner', ehlo: 'ehlo', starttls: 'starttls', auth: 'auth', mail: 'mail', rcpt: 'rcpt',
  data: 'data', body: 'body', 'data-end': 'data-end', quit: 'quit',
};

/** What fault rules say about this stage; waits where they say so. */
export async function askFaults(
  { faults, clock, signal }: { readonly faults: FaultRules; readonly clock: Clock; readonly signal: AbortSignal },
  stage: ClientStage | 'connect',
  occasion: SendingOccasion,
): Promise<SendingFaults> {
  const asked = stage === 'connect' ? stage : STAGES[stage];
  const actions = asked === undefined ? [] : faults.ask({ side: 'sending', stage: asked, ...occasion });
  if (actions.length === 0) return NONE;
  for (const action of actions) if (action.kind === 'delay') await pause(action.ms, { clock, signal });
  const reply = actions.find((action) => action.kind === 'reply');
  const cut = actions.find((action) => action.kind === 'cut');
  const throttle = actions.find((action) => action.kind === 'throttle');
  return {
    ...(reply === undefined ? {} : { reply }),
    ...(cut === undefined ? {} : { cut }),
    ...(throttle === undefined ? {} : { throttle }),
  };
}

/** Waits, but not longer than until we are told to stop. */
export function pause(ms: Milliseconds, { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = clock.deadline(signal.aborted ? 0 : ms, over);
    signal.addEventListener('abort', over);
  });
}

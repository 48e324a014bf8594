/**
 * How a host of the world behaves: what a domain's MX is made of.
 *
 * `mail.world.domain('gmail.test', { mx: [down, slow('3s'), ok] })`
 */
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { FaultAction, FaultOccasion, FaultStage, FaultyCertificate } from '@posthorn/world/fault.ts';
import { type Duration, milliseconds } from '../duration.ts';

export interface MxBehaviour {
  /** `refusing`: its address is there, nobody listens. `absent`: its network cannot be reached. */
  readonly is: 'up' | 'refusing' | 'absent';
  /** What goes wrong there, each time it is asked; `now` is the world's time. */
  readonly acts: () => (occasion: FaultOccasion, now: EpochMs) => readonly FaultAction[];
}

const nothing = (): readonly FaultAction[] => [];

/** Takes every letter. */
export const ok: MxBehaviour = { is: 'up', acts: () => nothing };

/** Refuses connections. */
export const down: MxBehaviour = { ...ok, is: 'refusing' };

/** There is no way there. */
export const unreachable: MxBehaviour = { ...ok, is: 'absent' };

/** Accepts the connection and says nothing, ever. */
export const silent: MxBehaviour = doing('connect', { kind: 'cut', how: 'half-open', afterAccept: false });

/** Takes so long to greet. */
export function slow(duration: Duration): MxBehaviour {
  return doing('connect', { kind: 'delay', ms: milliseconds(duration) });
}

/** Takes the content no faster. */
export function throttled(octetsPerSecond: number): MxBehaviour {
  return doing('body', { kind: 'throttle', octetsPerSecond });
}

/** Gives this answer at a stage, to RCPT by default: `rejecting('550 5.7.1 we do not want it')`. */
export function rejecting(reply: string, stage: FaultStage = 'rcpt'): MxBehaviour {
  const match = /^([45]\d\d) (.+)$/.exec(reply);
  if (match === null) throw new TypeError(`“${reply}” refuses nothing; say something such as 550 5.7.1 we do not want it`);
  return doing(stage, { kind: 'reply', code: Number(match[1]), text: match[2] ?? '' });
}

/** Its mailboxes are full: 552 5.2.2. */
export const full: MxBehaviour = rejecting('552 5.2.2 Mailbox full');

/** Offers TLS, and then cannot. */
export const withoutTls: MxBehaviour = rejecting('454 4.7.0 TLS not available', 'starttls');

/** Shows a certificate that a sender who looks closely does not like. */
export function badCertificate(which: FaultyCertificate): MxBehaviour {
  return doing('starttls', { kind: 'certificate', which });
}

/** Puts off each sender, client and recipient that it has not seen for so long (RFC 6647 §2.1). */
export function greylisting(duration: Duration): MxBehaviour {
  const pause = milliseconds(duration);
  return {
    ...ok,
    acts: () => {
      const known = new Map<string, EpochMs>();
      return ({ stage, remoteAddress, sender, recipient }, now) => {
        if (stage !== 'rcpt') return [];
        const key = `${remoteAddress} ${sender} ${recipient}`;
        const since = known.get(key) ?? now;
        known.set(key, since);
        return now - since >= pause ? [] : [{ kind: 'reply', code: 451, text: '4.7.1 Greylisted, try again later' }];
      };
    },
  };
}

function doing(at: FaultStage, action: FaultAction): MxBehaviour {
  return { ...ok, acts: () => ({ stage }) => (stage === at ? [action] : []) };
}

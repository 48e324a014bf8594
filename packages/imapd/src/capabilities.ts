/**
 * What a session may use at this moment, from what this server is and how the wire is.
 */
import { capabilities } from '@posthorn/imap/capability.ts';
import type { Session } from './session.ts';

/** SASL mechanisms offered now, best first; none where passwords must not cross the wire. */
export function mechanismsOf(session: Session): readonly string[] {
  if (!session.isLoginAllowed) return [];
  const { directory, isScramOffered } = session.services;
  return isScramOffered && directory.scram !== undefined ? ['SCRAM-SHA-256', 'PLAIN'] : ['PLAIN'];
}

export function capabilitiesOf(session: Session): readonly string[] {
  return capabilities({
    canStartTls: session.wire.canStartTls,
    isLoginAllowed: session.isLoginAllowed,
    mechanisms: mechanismsOf(session),
    isCompressed: session.wire.isCompressed,
    appendOctetsMax: session.services.limits.messageOctetsMax,
    isAuthenticated: session.state.kind !== 'not-authenticated',
  });
}

/** As a response code, for the greeting and after a login. */
export function capabilityCode(session: Session): string {
  return `CAPABILITY ${capabilitiesOf(session).join(' ')}`;
}

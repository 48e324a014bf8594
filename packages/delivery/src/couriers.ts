/**
 * Chooses who carries an errand: our own domains are delivered here, all others by relay.
 */
import type { Courier } from '@posthorn/queue/courier.ts';

export function createCouriers({ isOurs, local, remote }: {
  readonly isOurs: (domain: string) => boolean;
  readonly local: Courier;
  readonly remote: Courier;
}): Courier {
  return {
    // A route without a domain is that of `postmaster` alone, who is always ours.
    carry: (errand, signal) => (errand.route === '' || isOurs(errand.route) ? local : remote).carry(errand, signal),
  };
}

/**
 * Enhanced status codes that the queue itself gives. RFC 3463, RFC 5248.
 */

/** X.1.9: relayed to a host that sends no success notices, so we do. Kept in the remark until the notice. */
export const RELAYED_STATUS = '2.1.9';

/** X.4.7: delivery time expired. */
export const EXPIRED_STATUS = '5.4.7';

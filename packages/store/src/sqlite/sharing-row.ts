/**
 * What grants and annotations have in their columns where it is nobody, or nothing, in particular.
 */

/** Every account, or no mailbox: no account and no mailbox has this number. */
export const ANYONE = 0;

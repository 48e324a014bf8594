/**
 * Which flags somebody may change, by their rights. RFC 4314 §4.
 */
import { type Flag, flagKey } from '@posthorn/mail/flags.ts';
import type { FlagKinds } from '@posthorn/store/messages.ts';
import type { Access } from './access.ts';

export function mayFlag(access: Access, flag: Flag): boolean {
  switch (flagKey(flag)) {
    case '\\seen': return access.may('mark seen');
    case '\\deleted': return access.may('mark deleted');
    default: return access.may('flag');
  }
}

/** What stays behind when letters are copied to where not all may be set. Absent: nothing. */
export function withoutOf(access: Access): { readonly without?: FlagKinds } {
  const without = { seen: !access.may('mark seen'), deleted: !access.may('mark deleted'), others: !access.may('flag') };
  return without.seen || without.deleted || without.others ? { without } : {};
}

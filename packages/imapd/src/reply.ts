/**
 * How a command ends: the tagged answer. RFC 9051 §7.1; response codes: RFC 5530.
 */

export interface Reply {
  readonly condition: 'OK' | 'NO' | 'BAD';
  /** What stands in the brackets, without them. */
  readonly code?: string;
  readonly text: string;
}

export function ok(text: string, code?: string): Reply {
  return { condition: 'OK', text, ...(code === undefined ? {} : { code }) };
}

export function no(code: string, text: string): Reply {
  return { condition: 'NO', code, text };
}

/** RFC 5530 §3. */
export function noPermission(): Reply {
  return no('NOPERM', 'You may not do that there');
}

export function bad(text: string): Reply {
  return { condition: 'BAD', text };
}

/** RFC 9208 §4.3.1, RFC 5530 §3. */
export function overQuota(): Reply {
  return no('OVERQUOTA', 'There is no room for so much: delete something first');
}

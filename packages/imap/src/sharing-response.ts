/**
 * Writes what is said of rights, quotas and annotations.
 *
 * RFC 4314 §3.6 to §3.8, RFC 9208 §4.2, RFC 5464 §4.4.
 */
import type { Dialect } from './dialect.ts';
import { astring, mailboxName, nstring, string } from './response.ts';
import { type Rights, RIGHTS, formatRights } from './rights.ts';

/** RFC 4314 §3.6. */
export function aclLine(mailbox: string, grants: readonly { readonly identifier: string; readonly rights: Rights }[], dialect: Dialect): string {
  const pairs = grants.map(({ identifier, rights }) => ` ${astring(identifier)} ${astring(formatRights(rights))}`);
  return `* ACL ${mailboxName(mailbox, dialect)}${pairs.join('')}\r\n`;
}

/** RFC 4314 §3.7: what somebody always has, then what can be granted one by one. */
export function listRightsLine(mailbox: string, identifier: string, { isOwner }: { readonly isOwner: boolean }, dialect: Dialect): string {
  const always = isOwner ? astring(formatRights(new Set(RIGHTS))) : '""';
  const optional = isOwner ? '' : ` ${[...RIGHTS, 'c', 'd'].join(' ')}`;
  return `* LISTRIGHTS ${mailboxName(mailbox, dialect)} ${astring(identifier)} ${always}${optional}\r\n`;
}

/** RFC 4314 §3.8. */
export function myRightsLine(mailbox: string, rights: Rights, dialect: Dialect): string {
  return `* MYRIGHTS ${mailboxName(mailbox, dialect)} ${astring(formatRights(rights))}\r\n`;
}

/** RFC 9208 §4.2.1. Only resources that are limited are told. */
export function quotaLine(root: string, resources: readonly { readonly name: string; readonly usage: number; readonly limit: number }[]): string {
  return `* QUOTA ${string(root)} (${resources.map(({ name, usage, limit }) => `${name} ${usage} ${limit}`).join(' ')})\r\n`;
}

/** RFC 9208 §4.2.2. */
export function quotaRootLine(mailbox: string, roots: readonly string[], dialect: Dialect): string {
  return `* QUOTAROOT ${[mailboxName(mailbox, dialect), ...roots.map((root) => string(root))].join(' ')}\r\n`;
}

/** RFC 5464 §4.4.1. */
export function metadataLine(mailbox: string, entries: readonly { readonly entry: string; readonly value: Buffer | null }[], dialect: Dialect): string {
  const name = mailbox === '' ? '""' : mailboxName(mailbox, dialect);
  return `* METADATA ${name} (${entries.map(({ entry, value }) => `${astring(entry)} ${nstring(value?.toString())}`).join(' ')})\r\n`;
}

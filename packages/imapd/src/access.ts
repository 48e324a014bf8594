/**
 * The one place that decides who may do what in which mailbox.
 *
 * Commands get at a mailbox through `reach`, by name and for a purpose; what is done in the open
 * mailbox is asked of `Access.may`. A purpose that is not in the table cannot be asked for, and a
 * right that nobody granted nobody has. An owner may do everything; everybody else what was
 * granted to them or to anyone, looked up anew at each command. RFC 4314 §4.
 */
import type { Right, Rights } from '@posthorn/imap/rights.ts';
import { ALL_RIGHTS, storedRights } from '@posthorn/imap/rights.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { AccountId } from '@posthorn/store/ids.ts';
import type { Mailbox } from '@posthorn/store/mailboxes.ts';
import type { MailboxKey } from '@posthorn/store/messages.ts';
import type { SharedMailbox } from '@posthorn/store/sharing.ts';
import type { Store } from '@posthorn/store/store.ts';

/** What others share lies below this, by their addresses: `#users/bob@elm.test/Work`. RFC 2342 §5. */
export const OTHERS = '#users/';
/** Whose, and which; a local part may have a slash, a domain none. */
const IN_OTHERS = /^#users\/([^@]+@[^/]+)\/(.+)$/;

/** RFC 4314 §4: of these rights any one will do for a purpose. */
const NEEDED = {
  'select': ['r'],
  'status': ['r'],
  'list': ['l'],
  'create below': ['k'],
  'delete': ['x'],
  'rename': ['x'],
  'append': ['i'],
  'copy into': ['i'],
  'read by url': ['r'],
  'ask own rights': ['l', 'r', 'i', 'k', 'x', 'a'],
  'administer': ['a'],
  'ask quota': ['r'],
  'read annotations': ['r'],
  'write annotations': ['w'],
} as const satisfies Readonly<Record<string, readonly Right[]>>;

/** In the open mailbox; of these rights all are needed. */
const NEEDED_WITHIN = {
  'read': ['r'],
  'mark seen': ['s'],
  'mark deleted': ['t'],
  'flag': ['w'],
  'expunge': ['e'],
  // RFC 6851 §3: as COPY, STORE \Deleted and EXPUNGE together; RFC 8508 §3.4 for REPLACE.
  'move out': ['r', 't', 'e'],
} as const satisfies Readonly<Record<string, readonly Right[]>>;

export type Purpose = keyof typeof NEEDED;
export type PurposeWithin = keyof typeof NEEDED_WITHIN;

type Books = Pick<Store, 'mailboxes' | 'sharing' | 'accounts'>;

/** A mailbox that somebody has come to, and what they may do there. */
export class Access {
  readonly key: MailboxKey;
  readonly mailbox: Mailbox;
  /** As this person calls it. */
  readonly name: string;
  readonly rights: Rights;

  constructor({ key, mailbox, name, rights }: Pick<Access, 'key' | 'mailbox' | 'name' | 'rights'>) {
    this.key = key;
    this.mailbox = mailbox;
    this.name = name;
    this.rights = rights;
  }

  may(purpose: PurposeWithin): boolean {
    return NEEDED_WITHIN[purpose].every((right) => this.rights.has(right));
  }

  /** No flag at all can be changed here. */
  get isFlagless(): boolean {
    return !this.may('mark seen') && !this.may('mark deleted') && !this.may('flag');
  }

  /** RFC 4314 §5.2: whether anything can be changed here at all. */
  get isReadOnly(): boolean {
    return !(['i', 's', 'w', 't', 'e'] as const).some((right) => this.rights.has(right));
  }
}

export type Reached =
  | { readonly kind: 'reached'; readonly access: Access }
  /** There is no such mailbox, or none that this person may know of. RFC 4314 §6. */
  | { readonly kind: 'none' }
  | { readonly kind: 'denied' };

/** Comes to a mailbox by its name, for a purpose. */
export async function reach(books: Books, account: Account, { name, purpose }: { readonly name: string; readonly purpose: Purpose }): Promise<Reached> {
  const access = await find(books, account, name);
  // RFC 4314 §6: who may not even ask for their rights must not learn that it is there.
  if (access === undefined || !holdsAny(access.rights, NEEDED['ask own rights'])) return { kind: 'none' };
  return holdsAny(access.rights, NEEDED[purpose]) ? { kind: 'reached', access } : { kind: 'denied' };
}

/** All that this person may see in a list: their own, then those of others. */
export async function listed(books: Books, account: Account): Promise<readonly Access[]> {
  const own = await books.mailboxes.list(account.id);
  const shared = await books.sharing.sharedWith(account.id);
  return [...own.map((mailbox) => ofOwner(account.id, mailbox)), ...shared.map(ofShared).filter(({ rights }) => holdsAny(rights, NEEDED.list))];
}

/** The open mailbox as things stand now; undefined when it may no longer be read, or is gone. */
export async function stillOpen(books: Books, account: Account, { key, access }: { readonly key: MailboxKey; readonly access: Access }): Promise<Access | undefined> {
  // An owner has what nobody can take: no need to ask at each command.
  if (key.account === account.id) return access;
  const rights = await grantedTo(books, account, key);
  return holdsAny(rights, NEEDED.select) ? new Access({ key, mailbox: access.mailbox, name: access.name, rights }) : undefined;
}

/** Where a mailbox of this name would be made: the account, and the name that it has there. */
export type Site =
  | { readonly kind: 'site'; readonly account: AccountId; readonly name: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'denied' };

/** RFC 4314 §4: below a mailbox of somebody else, with the right to; below its own root, an account's owner. */
export async function siteOf(books: Books, account: Account, name: string): Promise<Site> {
  if (!isOfOthers(name)) return { kind: 'site', account: account.id, name };
  if (!name.startsWith(OTHERS)) return { kind: 'none' };
  const above = name.slice(0, name.lastIndexOf('/'));
  const reached = await reach(books, account, { name: above, purpose: 'create below' });
  if (reached.kind !== 'reached') return { kind: reached.kind };
  return { kind: 'site', account: reached.access.key.account, name: `${reached.access.mailbox.name}${name.slice(above.length)}` };
}

/** Whether the name lies in the part that is of others, which nobody owns as a whole. */
export function isOfOthers(name: string): boolean {
  return `${name}/`.startsWith(OTHERS);
}

async function find(books: Books, account: Account, name: string): Promise<Access | undefined> {
  const { mailboxes, accounts } = books;
  if (!isOfOthers(name)) {
    const mailbox = await mailboxes.byName(account.id, name);
    return mailbox && ofOwner(account.id, mailbox);
  }
  const [, address, rest] = IN_OTHERS.exec(name) ?? [];
  const owner = address === undefined ? undefined : await accounts.byAddress(address);
  // One's own mailboxes have one name only.
  const mailbox = owner === undefined || owner.id === account.id || rest === undefined ? undefined : await mailboxes.byName(owner.id, rest);
  if (owner === undefined || mailbox === undefined) return undefined;
  const key = { account: owner.id, mailbox: mailbox.id };
  return new Access({ key, mailbox, name, rights: await grantedTo(books, account, key) });
}

async function grantedTo({ sharing }: Pick<Books, 'sharing'>, { id }: Account, key: MailboxKey): Promise<Rights> {
  const grants = await sharing.grants(key);
  return storedRights(grants.filter(({ who }) => who === 'anyone' || who === id).map(({ rights }) => rights).join(''));
}

function ofOwner(account: AccountId, mailbox: Mailbox): Access {
  return new Access({ key: { account, mailbox: mailbox.id }, mailbox, name: mailbox.name, rights: ALL_RIGHTS });
}

function ofShared({ owner, ownerAddress, mailbox, rights }: SharedMailbox): Access {
  return new Access({ key: { account: owner, mailbox: mailbox.id }, mailbox, name: `${OTHERS}${ownerAddress}/${mailbox.name}`, rights: storedRights(rights) });
}

function holdsAny(rights: Rights, needed: readonly Right[]): boolean {
  return needed.some((right) => rights.has(right));
}

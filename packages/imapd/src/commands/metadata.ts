/**
 * GETMETADATA and SETMETADATA: notes about mailboxes, one's own and everyone's. RFC 5464.
 *
 * `/private` entries are of the account that wrote them, `/shared` ones of all who may read the
 * mailbox; those about the server as a whole are each account's own, shared ones the operator's.
 */
import { metadataLine } from '@posthorn/imap/sharing-response.ts';
import type { AnnotationPlace } from '@posthorn/store/annotations.ts';
import type { AccountId } from '@posthorn/store/ids.ts';
import type { MailboxKey } from '@posthorn/store/messages.ts';
import type { Store } from '@posthorn/store/store.ts';
import { type KnownExchange, reaching } from '../exchange.ts';
import { type Reply, no, noPermission, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

/** In one place, of one holder. */
const ENTRIES_MAX = 100;
const VALUE_OCTETS_MAX = 16 * 1024;
const SHARED = '/shared';
const PRIVATE = '/private';

export interface Note {
  readonly entry: string;
  readonly value: Buffer | null;
}

export async function getMetadata(exchange: KnownExchange, command: CommandNamed<'GETMETADATA'>): Promise<Reply> {
  const { session, account, out } = exchange;
  const { mailbox, entries, depth, valueOctetsMax = Infinity } = command;
  const tell = async (key: MailboxKey | undefined, name: string): Promise<Reply> => {
    const found = await notesOf(session.services.store, { key, account: account.id }, { entries, depth });
    const told = found.filter(({ value }) => (value?.length ?? 0) <= valueOctetsMax);
    if (told.length > 0) out.write(metadataLine(name, told, session.dialect));
    // RFC 5464 §4.2.1: how large the largest was that was not told.
    const longest = found.reduce((most, { value }) => Math.max(most, value?.length ?? 0), 0);
    return told.length < found.length ? ok('Some are longer', `METADATA LONGENTRIES ${longest}`) : ok('GETMETADATA done');
  };
  if (mailbox === '') return tell(undefined, '');
  return reaching(exchange, { name: mailbox, purpose: 'read annotations' }, async ({ key, name }) => tell(key, name));
}

/** What is asked for and there; RFC 5464 §4.2.2: with a depth, what lies below too. What is not there is NIL at depth 0. */
export async function notesOf({ annotations }: Pick<Store, 'annotations'>, { key, account }: {
  /** Absent: the server as a whole. */
  readonly key: MailboxKey | undefined;
  /** Who asks. */
  readonly account: AccountId;
}, { entries, depth }: Pick<CommandNamed<'GETMETADATA'>, 'entries' | 'depth'>): Promise<readonly Note[]> {
  const found = new Map<string, Note>();
  for (const prefix of [PRIVATE, SHARED]) {
    if (!entries.some((entry) => entry.startsWith(prefix))) continue;
    for (const { entry, value } of await annotations.of(placeOf({ key, account }, prefix))) found.set(prefix + entry, { entry: prefix + entry, value });
  }
  return entries.flatMap((entry) => {
    if (depth === 0) return [found.get(entry) ?? { entry, value: null }];
    const isMeant = (other: string): boolean => other === entry
      || (other.startsWith(`${entry}/`) && (depth === 'infinity' || !other.slice(entry.length + 1).includes('/')));
    return [...found.values()].filter((note) => isMeant(note.entry));
  });
}

export async function setMetadata(exchange: KnownExchange, { mailbox, changes }: CommandNamed<'SETMETADATA'>): Promise<Reply> {
  const { session, account } = exchange;
  const { store } = session.services;
  if (changes.some(({ value }) => Buffer.byteLength(value ?? '') > VALUE_OCTETS_MAX)) return no(`METADATA MAXSIZE ${VALUE_OCTETS_MAX}`, 'A value has no more octets than that');
  const isShared = changes.some(({ entry }) => entry.startsWith(SHARED));
  // RFC 5464 §6.2.1: what is said of the server to all is its operator's to say.
  if (mailbox === '') return isShared ? noPermission() : write({ store, account: account.id, key: undefined, changes });
  // RFC 5464 §4.3: one's own notes need no more than reading.
  const purpose = isShared ? 'write annotations' : 'read annotations';
  return reaching(exchange, { name: mailbox, purpose }, async ({ key }) => write({ store, account: account.id, key, changes }));
}

async function write({ store, account, key, changes }: Pick<CommandNamed<'SETMETADATA'>, 'changes'> & {
  readonly store: Pick<Store, 'annotations'>;
  readonly account: AccountId;
  readonly key: MailboxKey | undefined;
}): Promise<Reply> {
  for (const prefix of [PRIVATE, SHARED]) {
    const meant = changes.filter(({ entry }) => entry.startsWith(prefix))
      .map(({ entry, value }) => ({ entry: entry.slice(prefix.length), value: value === null ? null : Buffer.from(value) }));
    if (meant.length === 0) continue;
    const answer = await store.annotations.set(placeOf({ key, account }, prefix), meant, ENTRIES_MAX);
    switch (answer) {
      case 'done': break;
      case 'too-many': return no('METADATA TOOMANY', `There are no more than ${ENTRIES_MAX} in one place`);
      case 'no-mailbox': return no('NONEXISTENT', 'There is no such mailbox');
      default: return answer satisfies never;
    }
  }
  return ok('SETMETADATA done');
}

function placeOf({ key, account }: { readonly key: MailboxKey | undefined; readonly account: AccountId }, prefix: string): AnnotationPlace {
  const holder = prefix === PRIVATE ? account : null;
  return key === undefined ? { account, mailbox: null, holder } : { account: key.account, mailbox: key.mailbox, holder };
}

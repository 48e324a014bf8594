/**
 * Gives an account, or some of its mailboxes, as an archive, letter by letter.
 */
import { createHash } from 'node:crypto';
import type { AccountId, Uid } from '@posthorn/store/ids.ts';
import type { Mailbox } from '@posthorn/store/mailboxes.ts';
import type { MessageRow } from '@posthorn/store/messages.ts';
import type { Store } from '@posthorn/store/store.ts';
import { ACCOUNT_FILE, accountFile, letterHead } from './archive.ts';
import { TAR_END, tarHead, tarPadding } from './tar.ts';

export interface Giving {
  readonly store: Pick<Store, 'mailboxes' | 'messages'>;
  readonly account: AccountId;
  readonly address: string;
  /** Names; absent: all. */
  readonly mailboxes?: readonly string[];
}

/** Rows read at once. */
const PAGE = 100;

export async function* giveArchive({ store, account, address, mailboxes: wanted }: Giving): AsyncGenerator<Buffer, void> {
  const mailboxes = (await store.mailboxes.list(account)).filter(({ name }) => wanted === undefined || wanted.includes(name));
  const subscriptions = (await store.mailboxes.subscriptions(account)).filter((name) => wanted === undefined || wanted.includes(name));
  const about = accountFile({ address, subscriptions, mailboxes: mailboxes.map(({ name, specialUse }) => ({ name, ...specialUse === undefined ? {} : { specialUse } })) });
  yield* file({ path: ACCOUNT_FILE, size: about.length, modifiedAt: 0, records: {} }, [about]);
  for (const mailbox of mailboxes) yield* giveMailbox(store, { account, mailbox });
  yield TAR_END;
}

async function* giveMailbox(store: Giving['store'], { account, mailbox }: { readonly account: AccountId; readonly mailbox: Mailbox }): AsyncGenerator<Buffer, void> {
  const key = { account, mailbox: mailbox.id };
  const uids: readonly Uid[] = (await store.messages.states(key)).map(({ uid }) => uid);
  for (let at = 0; at < uids.length; at += PAGE) {
    for (const row of await store.messages.rows(key, uids.slice(at, at + PAGE))) {
      const sha256 = await hashOf(store, row);
      const { flags, internalDate, octets, uid } = row;
      yield* file(letterHead({ mailbox: mailbox.name, flags, internalDate, sha256 }, { number: uid, size: octets }), store.messages.read(row));
    }
  }
}

/** Read once before it is given: the hash goes in front. Small letters are in memory by then. */
async function hashOf(store: Giving['store'], row: MessageRow): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of store.messages.read(row)) hash.update(chunk);
  return hash.digest('hex');
}

async function* file(head: Parameters<typeof tarHead>[0], octets: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer, void> {
  yield tarHead(head);
  yield* octets;
  yield tarPadding(head.size);
}

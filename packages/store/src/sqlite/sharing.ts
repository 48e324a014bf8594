/**
 * Grants and annotations: read here, changed by the writer.
 */
import type { Annotation, AnnotationPlace, Annotations } from '../annotations.ts';
import { type AccountId, accountId } from '../ids.ts';
import type { MailboxKey } from '../messages.ts';
import type { Grant, Grantee, SharedMailbox, Sharing } from '../sharing.ts';
import type { Carrier } from './carrier.ts';
import { MAILBOX_COLUMNS, type MailboxRow, readMailbox } from './mailbox-row.ts';
import type { Query, Reader } from './reader.ts';
import type { Answers } from './requests.ts';
import { ANYONE } from './sharing-row.ts';

interface SharedRow extends MailboxRow {
  readonly owner: number;
  readonly ownerAddress: string;
  readonly rights: string;
}

export class SqliteSharing implements Sharing {
  readonly #carrier: Carrier;
  readonly #grants: Query<[account: number, mailbox: number], { who: number; rights: string }>;
  readonly #shared: Query<[who: number, account: number], SharedRow>;

  constructor(db: Reader, carrier: Carrier) {
    this.#carrier = carrier;
    this.#grants = db.prepare('SELECT who, rights FROM acl WHERE account = ? AND mailbox = ? ORDER BY who');
    this.#shared = db.prepare(`
      SELECT ${MAILBOX_COLUMNS}, acl.account AS owner, account.address AS ownerAddress, acl.rights
      FROM acl JOIN mailbox ON mailbox.account = acl.account AND mailbox.id = acl.mailbox JOIN account ON account.id = acl.account
      WHERE acl.who IN (?, ${ANYONE}) AND acl.account <> ? ORDER BY account.address, mailbox.name <> 'INBOX', mailbox.name`);
  }

  async grants({ account, mailbox }: MailboxKey): Promise<readonly Grant[]> {
    return this.#grants.all(account, mailbox).map(({ who, rights }) => ({ who: who === ANYONE ? 'anyone' : accountId(who), rights }));
  }

  async sharedWith(account: AccountId): Promise<readonly SharedMailbox[]> {
    const found = new Map<number, SharedMailbox>();
    for (const row of this.#shared.all(account, account)) {
      const rights = `${found.get(row.id)?.rights ?? ''}${row.rights}`;
      found.set(row.id, { owner: accountId(row.owner), ownerAddress: row.ownerAddress, mailbox: readMailbox(row), rights });
    }
    return [...found.values()];
  }

  grant({ account, mailbox }: MailboxKey, who: Grantee, rights: string): Promise<Answers['grant']> {
    return this.#carrier.submit({ kind: 'grant', account, mailbox, who: who === 'anyone' ? null : who, rights });
  }
}

export class SqliteAnnotations implements Annotations {
  readonly #carrier: Carrier;
  readonly #of: Query<[account: number, mailbox: number, holder: number], { entry: string; value: Buffer }>;

  constructor(db: Reader, carrier: Carrier) {
    this.#carrier = carrier;
    this.#of = db.prepare('SELECT entry, value FROM annotation WHERE account = ? AND mailbox = ? AND holder = ? ORDER BY entry');
  }

  async of({ account, mailbox, holder }: AnnotationPlace): Promise<readonly Annotation[]> {
    return this.#of.all(account, mailbox ?? ANYONE, holder ?? ANYONE);
  }

  set(place: AnnotationPlace, changes: readonly { readonly entry: string; readonly value: Buffer | null }[], entriesMax: number): Promise<Answers['annotate']> {
    return this.#carrier.submit({ kind: 'annotate', ...place, changes, entriesMax });
  }
}

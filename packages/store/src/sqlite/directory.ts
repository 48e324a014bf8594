/**
 * Accounts, aliases and signing keys: read here, changed by the writer.
 */
import type { Account, Accounts, Credentials } from '../accounts.ts';
import type { Alias, Aliases } from '../aliases.ts';
import type { AccountId } from '../ids.ts';
import type { DkimKey, Keys } from '../keys.ts';
import type { OwnLimits } from '../quota.ts';
import { ACCOUNT_COLUMNS, type AccountRow, readAccount } from './account-row.ts';
import type { Carrier } from './carrier.ts';
import type { Query, Reader } from './reader.ts';
import { Recent } from './recent.ts';
import type { Answers } from './requests.ts';

export class SqliteAccounts implements Accounts {
  readonly #carrier: Carrier;
  readonly #byAddress: Recent<Account>;
  readonly #byId: Query<[id: number], AccountRow>;
  readonly #list: Query<[], AccountRow>;

  constructor(db: Reader, carrier: Carrier) {
    this.#carrier = carrier;
    const row = `SELECT ${ACCOUNT_COLUMNS} FROM account`;
    const byAddress: Query<[address: string], AccountRow> = db.prepare(`${row} WHERE address = ?`);
    this.#byAddress = new Recent((address) => {
      const found = byAddress.get(address);
      return found && readAccount(found);
    });
    this.#byId = db.prepare(`${row} WHERE id = ?`);
    this.#list = db.prepare(`${row} ORDER BY id`);
  }

  async byAddress(address: string): Promise<Account | undefined> {
    return this.#byAddress.get(address);
  }

  async byId(account: AccountId): Promise<Account | undefined> {
    const row = this.#byId.get(account);
    return row && readAccount(row);
  }

  async list(): Promise<readonly Account[]> {
    return this.#list.all().map(readAccount);
  }

  add({ address, at, credentials }: Parameters<Accounts['add']>[0]): Promise<Answers['account-add']> {
    return this.#byAddress.change(() => this.#carrier.submit({ kind: 'account-add', address, at, credentials: credentials ?? null }));
  }

  setCredentials(account: AccountId, credentials: Credentials): Promise<boolean> {
    return this.#byAddress.change(() => this.#carrier.submit({ kind: 'account-credentials', account, credentials }));
  }

  setOwnLimits(account: AccountId, limits: OwnLimits): Promise<boolean> {
    return this.#byAddress.change(() => this.#carrier.submit({ kind: 'account-limits', account, limits }));
  }

  remove(account: AccountId): Promise<boolean> {
    return this.#byAddress.change(() => this.#carrier.submit({ kind: 'account-remove', account }));
  }
}

interface AliasRow {
  readonly address: string;
  /** JSON. */
  readonly targets: string;
}

export class SqliteAliases implements Aliases {
  readonly #carrier: Carrier;
  readonly #byAddress: Recent<Alias>;
  readonly #list: Query<[], AliasRow>;

  constructor(db: Reader, carrier: Carrier) {
    this.#carrier = carrier;
    const byAddress: Query<[address: string], AliasRow> = db.prepare('SELECT address, targets FROM alias WHERE address = ?');
    this.#byAddress = new Recent((address) => {
      const found = byAddress.get(address);
      return found && readAlias(found);
    });
    this.#list = db.prepare('SELECT address, targets FROM alias ORDER BY address');
  }

  async byAddress(address: string): Promise<Alias | undefined> {
    return this.#byAddress.get(address);
  }

  async list(): Promise<readonly Alias[]> {
    return this.#list.all().map(readAlias);
  }

  async set(alias: Alias): Promise<void> {
    await this.#byAddress.change(() => this.#carrier.submit({ kind: 'alias-set', alias }));
  }

  remove(address: string): Promise<boolean> {
    return this.#byAddress.change(() => this.#carrier.submit({ kind: 'alias-remove', address }));
  }
}

export class SqliteKeys implements Keys {
  readonly #carrier: Carrier;
  readonly #ofDomain: Query<[domain: string], DkimKey>;

  constructor(db: Reader, carrier: Carrier) {
    this.#carrier = carrier;
    this.#ofDomain = db.prepare(`
      SELECT domain, selector, algorithm, private_key AS privateKey, created_at AS createdAt FROM dkim_key
      WHERE domain = ? ORDER BY created_at, selector`);
  }

  async ofDomain(domain: string): Promise<readonly DkimKey[]> {
    return this.#ofDomain.all(domain);
  }

  add(key: DkimKey): Promise<boolean> {
    return this.#carrier.submit({ kind: 'key-add', key });
  }

  remove(domain: string, selector: string): Promise<boolean> {
    return this.#carrier.submit({ kind: 'key-remove', domain, selector });
  }
}

function readAlias({ address, targets }: AliasRow): Alias {
  return { address, targets: JSON.parse(targets) };
}

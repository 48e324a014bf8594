/**
 * Moves rows from damaged books to new ones, as many as can be read.
 */
import type { Database, Statement } from 'better-sqlite3';
import { columnNames } from './tables.ts';

type Row = Readonly<Record<string, unknown>>;

export class TableMover {
  readonly #old: Database;
  readonly #fresh: Database;
  readonly #inserts = new Map<string, { readonly columns: readonly string[]; readonly statement: Statement<unknown[]> }>();
  readonly #selects = new Map<string, Statement<unknown[], Row>>();

  constructor(old: Database, fresh: Database) {
    this.#old = old;
    this.#fresh = fresh;
  }

  /** All rows from the first on, and then from the last back, up to what cannot be read. */
  *moveAll(table: string): Generator<void, void> {
    for (const row of this.#readable(table)) {
      this.#insert(table, row);
      yield;
    }
  }

  rowsOf(table: string): readonly Row[] {
    return [...this.#readable(table)];
  }

  /** One row; false if it cannot be read, or has no place in the new books. */
  move(table: string, columns: readonly string[], key: readonly number[]): boolean {
    const id = `${table} ${columns.join(' ')}`;
    const select = this.#selects.get(id) ?? this.#old.prepare<unknown[], Row>(`SELECT * FROM ${table} WHERE ${columns.map((name) => `${name} = ?`).join(' AND ')}`);
    this.#selects.set(id, select);
    try {
      const row = select.get(...key);
      return row !== undefined && this.#insert(table, row);
    } catch {
      return false;
    }
  }

  moveWhere(table: string, column: string, value: number): void {
    for (const row of this.#old.prepare<[number], Row>(`SELECT * FROM ${table} WHERE ${column} = ?`).all(value)) this.#insert(table, row);
  }

  *#readable(table: string): Generator<Row, void> {
    const key = this.#keyOf(table);
    const order = (direction: string): string => key.map((name) => `${name} ${direction}`).join(', ');
    try {
      yield* this.#old.prepare<[], Row>(`SELECT * FROM ${table} ORDER BY ${order('ASC')}`).iterate();
    } catch {
      try {
        yield* this.#old.prepare<[], Row>(`SELECT * FROM ${table} ORDER BY ${order('DESC')}`).iterate();
      } catch {
        // What lies between the two is lost.
      }
    }
  }

  #keyOf(table: string): readonly string[] {
    const key = this.#fresh.prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk').pluck().all(table);
    return key.length === 0 ? ['rowid'] : key;
  }

  /** What breaks a rule of its table is not as it was written. */
  #insert(table: string, row: Row): boolean {
    const { columns, statement } = this.#inserting(table);
    try {
      return statement.run(...columns.map((name) => row[name] ?? null)).changes > 0;
    } catch {
      return false;
    }
  }

  #inserting(table: string): { readonly columns: readonly string[]; readonly statement: Statement<unknown[]> } {
    const known = this.#inserts.get(table);
    if (known !== undefined) return known;
    const columns = columnNames(this.#fresh, table);
    const statement = this.#fresh.prepare(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
    this.#inserts.set(table, { columns, statement });
    return { columns, statement };
  }
}

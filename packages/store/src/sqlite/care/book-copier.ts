/**
 * Copies whole books, table by table, as of one moment: without the octets of letters into a
 * backup, and with them out of it.
 */
import type { Database } from 'better-sqlite3';
import type { Tell } from '../../care.ts';
import { columnNames } from './tables.ts';

/** Contents copied between two words about how far it is. */
const STRIDE = 2000;

export interface CopyOptions {
  /** Its main database is empty; the books to copy are attached to it as `source`. */
  readonly db: Database;
  /** SQL for columns of the content table that are not simply taken from it; `content` is the row. */
  readonly columns: Readonly<Record<string, string>>;
  /** SQL that joins what those columns come from. */
  readonly join: string;
  readonly tell: Tell;
}

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/** Call inside a transaction: then it is one moment of the source. */
export function copyBooks({ db, columns, join, tell }: CopyOptions): void {
  const schema = db.prepare<[], SchemaRow>(`SELECT type, name, sql FROM source.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid`).all();
  const tables = schema.filter(({ type }) => type === 'table');
  for (const { sql } of tables) db.exec(sql);
  for (const { name } of tables.filter((table) => table.name !== 'content')) {
    const list = columnNames(db, name).join(', ');
    db.exec(`INSERT INTO main.${name} (${list}) SELECT ${list} FROM source.${name}`);
  }
  copyContents({ db, columns, join, tell });
  for (const { sql } of schema.filter(({ type }) => type !== 'table')) db.exec(sql);
  for (const pragma of ['application_id', 'user_version']) db.pragma(`main.${pragma} = ${Number(db.pragma(`source.${pragma}`, { simple: true }))}`);
}

function copyContents({ db, columns, join, tell }: CopyOptions): void {
  const names = columnNames(db, 'content');
  const values = names.map((name) => columns[name] ?? `content.${name}`).join(', ');
  const copy = db.prepare<[after: number, last: number]>(`
    INSERT INTO main.content (${names.join(', ')}) SELECT ${values} FROM source.content AS content ${join} WHERE content.id > ? AND content.id <= ? ORDER BY content.id`);
  const next = db.prepare<[after: number], number>(`SELECT id FROM source.content WHERE id > ? ORDER BY id LIMIT 1 OFFSET ${STRIDE - 1}`).pluck();
  const total = Number(db.prepare('SELECT count(*) FROM source.content').pluck().get());
  let after = 0;
  let done = 0;
  for (;;) {
    const last = next.get(after) ?? Number.MAX_SAFE_INTEGER;
    done += copy.run(after, last).changes;
    tell({ task: 'copying books', done, total, unit: 'letters' });
    if (last === Number.MAX_SAFE_INTEGER) return;
    after = last;
  }
}

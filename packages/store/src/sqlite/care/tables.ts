/**
 * The tables of the books, by name.
 */
import type { Database } from 'better-sqlite3';

/** In the order in which they were made. */
export function tableNames(db: Database): readonly string[] {
  return db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid`).pluck().all();
}

export function columnNames(db: Database, table: string): readonly string[] {
  return db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);
}

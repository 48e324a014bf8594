/**
 * Opens the books on a thread of its own, for searching and indexing: they are only read.
 */
import { join } from 'node:path';
import { SqliteContents } from '../content-reader.ts';
import { BOOKS_FILE, openForReading } from '../database.ts';
import { FolderShelf } from '../folder-shelf.ts';
import { Reader } from '../reader.ts';
import { Letters } from './letters.ts';

export function openLetters(folder: string): { readonly letters: Letters; readonly close: () => void } {
  const db = openForReading(join(folder, BOOKS_FILE));
  const reader = new Reader(db);
  const letters = new Letters(reader, new SqliteContents(reader, { shelf: new FolderShelf(folder), encoding: 'zstd' }));
  return { letters, close: () => db.close() };
}

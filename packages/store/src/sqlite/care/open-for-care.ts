/**
 * Opens books that may be damaged: as they are, or with the kept pages that say which tables there are.
 */
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { CareRefused } from '../../care.ts';
import { BOOKS_FILE } from '../database.ts';
import { messageOf } from './content-judge.ts';
import { areSchemaPagesOthers, areTablesKnown, isSound, openWithKeptPages } from './schema-pages.ts';

export interface OpenedForCare {
  readonly db: Database;
  /** Why they could not be opened as they are; absent if they could. */
  readonly why?: string;
}

/** Throws `CareRefused` if they cannot be opened either way. */
export function openForCare(folder: string): OpenedForCare {
  const { db: asIs, why } = openAsIs(join(folder, BOOKS_FILE));
  const isKnown = asIs !== undefined && areTablesKnown(asIs);
  if (isKnown && (!areSchemaPagesOthers(folder) || isSound(asIs))) return { db: asIs };
  const patched = openWithKeptPages(folder);
  if (patched !== undefined && (!isKnown || isSound(patched))) {
    asIs?.close();
    return { db: patched, why };
  }
  patched?.close();
  if (isKnown) return { db: asIs };
  asIs?.close();
  throw new CareRefused(`${why}, and what was kept of it does not help; restore them from a backup`);
}

function openAsIs(file: string): { readonly db?: Database; readonly why: string } {
  try {
    return { db: new Sqlite(file, { fileMustExist: true }), why: 'the part of the books that says which tables there are is damaged' };
  } catch (error) {
    return { why: `the books cannot be opened as they are: ${messageOf(error)}` };
  }
}

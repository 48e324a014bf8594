/**
 * Care for a data folder that nobody has open: its lock is taken meanwhile.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CareRefused, type BackupReport, type Examination, type Mending, type RestoreReport, type Tell } from '../../care.ts';
import { StoreRefused } from '../../store.ts';
import { BOOKS_FILE, openForWriting } from '../database.ts';
import { lockFolder } from '../lock.ts';
import { runCare } from './start-care.ts';

export interface CareOptions {
  readonly tell: Tell;
  readonly signal?: AbortSignal;
}

/** Throws `StoreLocked` if somebody has it open, `CareRefused` if there are no books. */
export async function examineFolder(folder: string, options: CareOptions): Promise<Examination> {
  return locked(folder, options, () => runCare('examine', { folder }, options));
}

export async function mendFolder(folder: string, at: number, options: CareOptions): Promise<Mending> {
  return locked(folder, options, () => runCare('mend', { folder, at }, options));
}

export async function backUpFolder(folder: string, job: { readonly to: string; readonly at: number }, options: CareOptions): Promise<BackupReport> {
  return locked(folder, options, () => runCare('back-up', { folder, ...job }, options));
}

/** `isReplacing`: books that are there are moved aside, into `replaced-TIME`, and nothing of them is lost. */
export async function restoreFolder(
  folder: string, { from, at, isReplacing }: { readonly from: string; readonly at: number; readonly isReplacing: boolean }, options: CareOptions,
): Promise<RestoreReport> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = lockFolder(folder);
  try {
    if (existsSync(join(folder, BOOKS_FILE)) && isReplacing) moveAside(folder, at);
    return await runCare('restore', { from, folder, at }, options);
  } finally {
    lock.release();
  }
}

/** What a drill proved. */
export interface DrillReport extends RestoreReport {
  readonly examination: Examination;
}

/** Restores a backup into a folder that is removed afterwards, and examines every letter there. */
export async function drill(from: string, { at, parent = tmpdir() }: { readonly at: number; readonly parent?: string }, options: CareOptions): Promise<DrillReport> {
  const folder = mkdtempSync(join(parent, 'posthorn-drill-'));
  try {
    const restored = await restoreFolder(folder, { from, at, isReplacing: false }, options);
    return { ...restored, examination: await examineFolder(folder, options) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function locked<T>(folder: string, { tell }: CareOptions, act: () => Promise<T>): Promise<T> {
  if (!existsSync(join(folder, BOOKS_FILE))) throw new CareRefused(`there are no books in ${folder}`);
  const lock = lockFolder(folder);
  try {
    upgrade(folder, tell);
    return await act();
  } finally {
    lock.release();
  }
}

/** Older books have no checksums to be examined by. Damaged ones are left to who can open them. */
function upgrade(folder: string, tell: Tell): void {
  try {
    openForWriting(join(folder, BOOKS_FILE), { tell: ({ done, total }) => tell({ task: 'upgrading', done, total, unit: 'rows' }) }).close();
  } catch (error) {
    if (error instanceof StoreRefused && !error.message.includes('not made by Posthorn')) throw error;
  }
}

function moveAside(folder: string, at: number): void {
  const aside = join(folder, `replaced-${new Date(at).toISOString().replaceAll(':', '-')}`);
  mkdirSync(aside, { mode: 0o700 });
  const moved = readdirSync(folder).filter((name) => /^(books|contents|search)\b/.test(name));
  for (const name of moved) renameSync(join(folder, name), join(aside, name));
}

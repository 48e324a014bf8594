/**
 * The shelf on disk: `incoming/` for what has no name yet, `contents/` for what has.
 *
 * Before a letter is accepted its file was synced, renamed, and the folder synced, so that
 * after the commit nothing of it can be missing.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { access, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Shelf, ShelvedFile, UnnamedFile } from './shelf.ts';

const NAMED = 'contents';
const UNNAMED = 'incoming';

/** Makes the folders, and empties the one where nothing was accepted. Once, before the store is open. */
export function prepareShelf(folder: string): void {
  rmSync(join(folder, UNNAMED), { recursive: true, force: true });
  for (const name of [NAMED, UNNAMED]) mkdirSync(join(folder, name), { recursive: true });
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/** The names on the shelf. */
export function namesOnShelf(folder: string): readonly string[] {
  return readdirSync(join(folder, NAMED));
}

/** Where a named file is. */
export function pathOnShelf(folder: string, name: string): string {
  return join(folder, NAMED, name);
}

/** Removes a named file; fine if it is not there. */
export function removeFromShelf(folder: string, name: string): void {
  rmSync(pathOnShelf(folder, name), { force: true });
}

export class FolderShelf implements Shelf {
  readonly #folder: string;
  #begun = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async begin(): Promise<UnnamedFile> {
    this.#begun += 1;
    const path = join(this.#folder, UNNAMED, `${this.#begun}`);
    return new UnnamedFileOnDisk(path, { folder: this.#folder, handle: await open(path, 'wx') });
  }

  async open(name: string): Promise<ShelvedFile> {
    return openFile(pathOnShelf(this.#folder, name));
  }

  remove(name: string): void {
    removeFromShelf(this.#folder, name);
  }
}

class UnnamedFileOnDisk implements UnnamedFile {
  readonly #folder: string;
  #path: string;
  /** While it is being written. */
  #handle: FileHandle | undefined;

  constructor(path: string, { folder, handle }: { readonly folder: string; readonly handle: FileHandle }) {
    this.#path = path;
    this.#folder = folder;
    this.#handle = handle;
  }

  async append(octets: Buffer): Promise<void> {
    if (this.#handle === undefined) throw new Error('the file is sealed');
    for (let rest = octets; rest.length > 0;) {
      const { bytesWritten } = await this.#handle.write(rest);
      rest = rest.subarray(bytesWritten);
    }
  }

  async seal(): Promise<void> {
    await this.#handle?.sync();
    await this.#close();
  }

  open(): Promise<ShelvedFile> {
    return openFile(this.#path);
  }

  async name(name: string): Promise<void> {
    const folder = join(this.#folder, NAMED);
    const path = join(folder, name);
    if (path !== this.#path) {
      if (await isThere(path)) throw new Error(`a content named ${name} is on the shelf already`);
      await rename(this.#path, path);
      this.#path = path;
    }
    await syncFolder(folder);
  }

  async remove(): Promise<void> {
    await this.#close();
    await rm(this.#path, { force: true });
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

async function openFile(path: string): Promise<ShelvedFile> {
  const handle = await open(path, 'r');
  return {
    read: (start, end) => readAll(handle, start, end),
    close: () => handle.close(),
  };
}

async function readAll(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const octets = Buffer.allocUnsafeSlow(end - start);
  let filled = 0;
  while (filled < octets.length) {
    const { bytesRead } = await handle.read(octets, filled, octets.length - filled, start + filled);
    if (bytesRead === 0) throw new Error(`the file ends at ${start + filled}, before ${end}`);
    filled += bytesRead;
  }
  return octets;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

/** So that the name itself survives the power. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

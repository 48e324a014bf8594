/**
 * Stands in for `folder-shelf.ts`: the files of large letters are named, but neither they nor
 * their names are synced.
 */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderShelf as Synced } from '../../folder-shelf.ts';
import type { Shelf, UnnamedFile } from '../../shelf.ts';

export { namesOnShelf, prepareShelf, removeFromShelf } from '../../folder-shelf.ts';

export class FolderShelf extends Synced implements Shelf {
  readonly #folder: string;
  #begun = 0;

  constructor(folder: string) {
    super(folder);
    this.#folder = folder;
  }

  override async begin(): Promise<UnnamedFile> {
    const file = await super.begin();
    this.#begun += 1;
    const path = join(this.#folder, 'incoming', `${this.#begun}`);
    return {
      append: (octets) => file.append(octets),
      seal: async () => {},
      open: () => file.open(),
      name: (name) => rename(path, join(this.#folder, 'contents', name)),
      remove: () => file.remove(),
    };
  }
}

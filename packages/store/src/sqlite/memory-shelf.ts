/**
 * A shelf in memory: for tests, `--memory` and simulation.
 */
import type { Shelf, ShelvedFile, UnnamedFile } from './shelf.ts';

export class MemoryShelf implements Shelf {
  readonly #files = new Map<string, readonly Buffer[]>();

  async begin(): Promise<UnnamedFile> {
    const pieces: Buffer[] = [];
    let named: string | undefined;
    return {
      append: async (octets) => {
        pieces.push(Buffer.from(octets));
      },
      seal: async () => {},
      open: async () => fileOf(pieces),
      name: async (name) => {
        this.#files.set(name, pieces);
        named = name;
      },
      remove: async () => {
        if (named !== undefined) this.#files.delete(named);
      },
    };
  }

  async open(name: string): Promise<ShelvedFile> {
    const pieces = this.#files.get(name);
    if (pieces === undefined) throw new Error(`no file ${name}`);
    return fileOf(pieces);
  }

  remove(name: string): void {
    this.#files.delete(name);
  }

  names(): readonly string[] {
    return [...this.#files.keys()];
  }
}

/** Each append was one frame, so a read is nearly always one piece. */
function fileOf(pieces: readonly Buffer[]): ShelvedFile {
  return {
    read: async (start, end) => {
      const found: Buffer[] = [];
      let at = 0;
      for (const piece of pieces) {
        if (at + piece.length > start && at < end) found.push(piece.subarray(Math.max(0, start - at), end - at));
        at += piece.length;
      }
      if (end > at) throw new Error(`a file of ${at} octets ends before ${end}`);
      return found[0] !== undefined && found.length === 1 ? found[0] : Buffer.concat(found);
    },
    close: async () => {},
  };
}

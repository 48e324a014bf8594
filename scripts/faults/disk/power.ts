/**
 * A disk that loses power: what was synced is there, and of the rest whatever chance leaves.
 *
 * The strictest reading of POSIX: a file's sync makes its octets durable and not its name, a
 * folder's sync its names and not their octets; what was not synced may be there in whole, in
 * part (sectors of 512 octets), or not at all, in any order. Names of one folder change whole.
 * What a sync failed to write never gets there, though the system goes on showing it and the next
 * sync succeeds: Linux takes such pages for clean.
 */
import { dirname } from 'node:path';
import type { Random } from '../../../packages/world/src/random.ts';
import type { DiskEvent } from './record.ts';

/** How much of what was not synced is there. */
export type Mercy = 'none' | 'all' | 'prefix' | 'subset' | 'torn';
export const MERCIES: readonly Mercy[] = ['none', 'all', 'prefix', 'subset', 'torn'];

const SECTOR_OCTETS = 512;

type Change =
  | { readonly kind: 'write'; readonly offset: number; readonly octets: Buffer; readonly at: number }
  | { readonly kind: 'truncate'; readonly length: number; readonly at: number };

interface NameChange {
  readonly name: string;
  /** Undefined: the name goes. */
  readonly thing: Thing | undefined;
  readonly at: number;
}

interface FileThing {
  readonly kind: 'file';
  durable: Buffer;
  pending: Change[];
}

interface FolderThing {
  readonly kind: 'folder';
  readonly durable: Map<string, Thing>;
  pending: NameChange[];
}

type Thing = FileThing | FolderThing;

/** What is found after the power came back: paths under the folder, and whether there was any choice. */
export interface Image {
  readonly folders: readonly string[];
  readonly files: ReadonlyMap<string, Buffer>;
  /** Tells apart images of one moment; empty where nothing was left to chance. */
  readonly choices: string;
}

export class PoweredDisk {
  readonly #root: string;
  readonly #top: FolderThing = { kind: 'folder', durable: new Map(), pending: [] };
  /** By inode; a number that is used again is another thing. */
  readonly #things = new Map<bigint, Thing>();
  /** As the running system sees them. */
  readonly #folders = new Map<string, FolderThing>();
  #at = 0;

  /** The folder itself is there, and durable. */
  constructor(root: string, inode: bigint) {
    this.#root = root;
    this.#things.set(inode, this.#top);
    this.#folders.set(root, this.#top);
  }

  take(event: DiskEvent): void {
    this.#at += 1;
    switch (event.kind) {
      case 'create':
        this.#enter(event.path, event.inode, { kind: 'file', durable: Buffer.alloc(0), pending: [] });
        return;
      case 'folder': {
        const folder: FolderThing = { kind: 'folder', durable: new Map(), pending: [] };
        this.#folders.set(event.path, folder);
        this.#enter(event.path, event.inode, folder);
        return;
      }
      case 'write':
        this.#file(event.inode).pending.push({ kind: 'write', offset: event.offset, octets: event.octets, at: this.#at });
        return;
      case 'truncate':
        this.#file(event.inode).pending.push({ kind: 'truncate', length: event.length, at: this.#at });
        return;
      case 'sync':
        sync(this.#thing(event.inode));
        return;
      case 'failed':
        this.#thing(event.inode).pending = [];
        return;
      case 'rename':
        this.#change(event.to, this.#thing(event.inode));
        this.#change(event.from, undefined);
        return;
      case 'unlink':
        this.#change(event.path, undefined);
        this.#folders.delete(event.path);
        return;
      case 'mark':
        return;
      default:
        event satisfies never;
    }
  }

  /** What is there if the power fails now. */
  fail(mercy: Mercy, random: Random): Image {
    const lot = new Lot(mercy, random, this.#at);
    const folders: string[] = [];
    const files = new Map<string, Buffer>();
    const visit = (folder: FolderThing, path: string): void => {
      for (const [name, thing] of lot.names(folder)) {
        const whole = path === '' ? name : `${path}/${name}`;
        if (thing.kind === 'file') {
          files.set(whole, lot.octets(thing));
        } else {
          folders.push(whole);
          visit(thing, whole);
        }
      }
    };
    visit(this.#top, '');
    return { folders, files, choices: lot.told };
  }

  #enter(path: string, inode: bigint, thing: Thing): void {
    this.#things.set(inode, thing);
    this.#change(path, thing);
  }

  #change(path: string, thing: Thing | undefined): void {
    const folder = this.#folders.get(dirname(path));
    if (folder === undefined) throw new Error(`${path} is not under ${this.#root}`);
    folder.pending.push({ name: path.slice(dirname(path).length + 1), thing, at: this.#at });
  }

  #thing(inode: bigint): Thing {
    const thing = this.#things.get(inode);
    if (thing === undefined) throw new Error(`nobody made inode ${inode}`);
    return thing;
  }

  #file(inode: bigint): FileThing {
    const thing = this.#thing(inode);
    if (thing.kind !== 'file') throw new Error(`inode ${inode} is a folder`);
    return thing;
  }
}

function sync(thing: Thing): void {
  if (thing.kind === 'file') {
    thing.durable = applied(thing.durable, thing.pending);
    thing.pending = [];
    return;
  }
  for (const { name, thing: other } of thing.pending.splice(0)) {
    if (other === undefined) thing.durable.delete(name);
    else thing.durable.set(name, other);
  }
}

function applied(durable: Buffer, changes: readonly Change[]): Buffer {
  if (changes.length === 0) return durable;
  const most = changes.reduce((length, change) => Math.max(length, change.kind === 'truncate' ? change.length : change.offset + change.octets.length), durable.length);
  const octets = Buffer.alloc(most);
  durable.copy(octets);
  let length = durable.length;
  for (const change of changes) {
    if (change.kind === 'write') {
      change.octets.copy(octets, change.offset);
      length = Math.max(length, change.offset + change.octets.length);
    } else {
      // What is behind a cut reads as zeros when the file grows again.
      octets.fill(0, change.length);
      length = change.length;
    }
  }
  return octets.subarray(0, length);
}

/** Decides about each change that was not synced. */
class Lot {
  readonly #mercy: Mercy;
  readonly #random: Random;
  /** Nothing after it is there, under the mercy of a prefix. */
  readonly #until: number;
  told = '';

  constructor(mercy: Mercy, random: Random, now: number) {
    this.#mercy = mercy;
    this.#random = random;
    this.#until = mercy === 'prefix' ? now - Math.floor(random.fraction() ** 2 * 200) : now;
  }

  names(folder: FolderThing): ReadonlyMap<string, Thing> {
    const names = new Map(folder.durable);
    for (const { name, thing, at } of folder.pending) {
      if (!this.#isThere(at)) continue;
      if (thing === undefined) names.delete(name);
      else names.set(name, thing);
    }
    return names;
  }

  octets({ durable, pending }: FileThing): Buffer {
    return applied(durable, pending.filter(({ at }) => this.#isThere(at)).flatMap((change) => this.#torn(change)));
  }

  #isThere(at: number): boolean {
    const isThere = this.#decide(at);
    this.told += isThere ? '1' : '0';
    return isThere;
  }

  #decide(at: number): boolean {
    switch (this.#mercy) {
      case 'none': return false;
      case 'all': return true;
      case 'prefix': return at <= this.#until;
      case 'subset': return this.#random.fraction() < 0.5;
      case 'torn': return this.#random.fraction() < 0.8;
      default: throw new Error(`unknown mercy ${String(this.#mercy satisfies never)}`);
    }
  }

  /** The sectors of a write that are there. */
  #torn(change: Change): readonly Change[] {
    if (this.#mercy !== 'torn' || change.kind === 'truncate' || this.#random.fraction() < 0.5) return [change];
    const parts: Change[] = [];
    const end = change.offset + change.octets.length;
    for (let from = change.offset; from < end;) {
      const to = Math.min(end, (Math.floor(from / SECTOR_OCTETS) + 1) * SECTOR_OCTETS);
      const isThere = this.#random.fraction() < 0.6;
      this.told += isThere ? 'x' : '.';
      if (isThere) parts.push({ ...change, offset: from, octets: change.octets.subarray(from - change.offset, to - change.offset) });
      from = to;
    }
    return parts;
  }
}

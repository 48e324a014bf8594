/**
 * The shelf: where large contents lie as files, beside the tables.
 *
 * A file is written under no name that counts, made durable, and named when its letter is
 * accepted. What bears no name when the store is opened was never accepted.
 */

export interface Shelf {
  /** Begins a file. */
  begin(): Promise<UnnamedFile>;
  /** Opens a named one for reading; throws if it is not there. */
  open(name: string): Promise<ShelvedFile>;
  /** Removes a named one; fine if it is not there. */
  remove(name: string): void;
}

export interface ShelvedFile {
  /** Octets from `start` up to, not including, `end`; throws if there are fewer. */
  read(start: number, end: number): Promise<Buffer>;
  close(): Promise<void>;
}

export interface UnnamedFile {
  append(octets: Buffer): Promise<void>;
  /** No more will come: makes it durable. */
  seal(): Promise<void>;
  /** For reading what was sealed. */
  open(): Promise<ShelvedFile>;
  /** Gives it its name, durably. Again under the same name is fine. */
  name(name: string): Promise<void>;
  /** Removes it, under whatever name. */
  remove(): Promise<void>;
}

/**
 * Writes letters as they come out of an archive: an mboxrd file a mailbox, a Maildir, or .eml files.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type LetterAbout, safeName } from '@posthorn/movers/archive.ts';
import { folderOfMailbox, lettersOfFlags, writeKeywordList } from '@posthorn/movers/maildir-name.ts';
import { MboxrdWriter } from '@posthorn/movers/mbox-letter.ts';
import { Failure } from '../command.ts';

export interface LetterWriter {
  write(about: LetterAbout, octets: AsyncIterable<Buffer>): Promise<void>;
  /** Durable when it returns. */
  end(): void;
}

/** Letters are nobody else's business. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** An mbox file for each mailbox in the folder, `Work/Plans.mbox`. */
export class MboxWriter implements LetterWriter {
  readonly #folder: string;
  readonly #files = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write({ mailbox, flags, internalDate }: LetterAbout, octets: AsyncIterable<Buffer>): Promise<void> {
    const handle = this.#open(mailbox);
    const writer = new MboxrdWriter();
    writeSync(handle, writer.begin({ sender: '', internalDate, flags }));
    for await (const chunk of octets) writeSync(handle, writer.push(chunk));
    writeSync(handle, writer.end());
  }

  #open(mailbox: string): number {
    const known = this.#files.get(mailbox);
    if (known !== undefined) return known;
    const levels = mailbox.split('/').map(safeName);
    mkdirSync(join(this.#folder, ...levels.slice(0, -1)), { recursive: true, mode: FOLDER_MODE });
    const handle = openNew(join(this.#folder, `${levels.join('/')}.mbox`));
    this.#files.set(mailbox, handle);
    return handle;
  }

  end(): void {
    for (const handle of this.#files.values()) closeSynced(handle);
  }
}

/** A Maildir with folders, as Dovecot and Courier read it. */
export class MaildirWriter implements LetterWriter {
  readonly #folder: string;
  readonly #keywords = new Map<string, string[]>();
  #number = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write({ mailbox, flags, internalDate }: LetterAbout, octets: AsyncIterable<Buffer>): Promise<void> {
    const folder = join(this.#folder, folderOfMailbox(mailbox));
    const keywords = this.#prepare(folder);
    for (const flag of flags) if (!flag.startsWith('\\') && !keywords.includes(flag)) keywords.push(flag);
    this.#number += 1;
    const name = `${Math.floor(internalDate / 1000)}.P${process.pid}Q${this.#number}.posthorn`;
    const temporary = join(folder, 'tmp', name);
    const handle = openNew(temporary);
    let isAfterCr = false;
    for await (const chunk of octets) {
      writeSync(handle, withoutCr(chunk, isAfterCr));
      isAfterCr = chunk.at(-1) === CR;
    }
    if (isAfterCr) writeSync(handle, '\r');
    closeSynced(handle);
    utimesSync(temporary, internalDate / 1000, internalDate / 1000);
    renameSync(temporary, join(folder, 'cur', `${name}:2,${lettersOfFlags(flags, keywords)}`));
  }

  #prepare(folder: string): string[] {
    const known = this.#keywords.get(folder);
    if (known !== undefined) return known;
    if (existsSync(join(folder, 'cur'))) throw new Failure(`there is a Maildir in ${folder} already`);
    for (const part of ['cur', 'new', 'tmp']) mkdirSync(join(folder, part), { recursive: true, mode: FOLDER_MODE });
    if (folder !== this.#folder) writeFileSync(join(folder, 'maildirfolder'), '', { mode: FILE_MODE });
    const keywords: string[] = [];
    this.#keywords.set(folder, keywords);
    return keywords;
  }

  end(): void {
    for (const [folder, keywords] of this.#keywords) {
      if (keywords.length > 0) writeFileSync(join(folder, 'dovecot-keywords'), writeKeywordList(keywords), { mode: FILE_MODE });
    }
  }
}

/** A folder for each mailbox, a file for each letter, octet for octet; the file's time is its date. */
export class EmlWriter implements LetterWriter {
  readonly #folder: string;
  #number = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write({ mailbox, internalDate }: LetterAbout, octets: AsyncIterable<Buffer>): Promise<void> {
    this.#number += 1;
    const folder = join(this.#folder, ...mailbox.split('/').map(safeName));
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    const path = join(folder, `${`${this.#number}`.padStart(8, '0')}.eml`);
    const handle = openNew(path);
    for await (const chunk of octets) writeSync(handle, chunk);
    closeSynced(handle);
    utimesSync(path, internalDate / 1000, internalDate / 1000);
  }

  end(): void {}
}

const CR = 0x0d;

/** A line end is LF there. A CR at the end of a chunk waits for what follows it. */
function withoutCr(chunk: Buffer, isAfterCr: boolean): Buffer {
  const text = `${isAfterCr ? '\r' : ''}${chunk.toString('latin1')}`;
  return Buffer.from((text.endsWith('\r') ? text.slice(0, -1) : text).replaceAll('\r\n', '\n'), 'latin1');
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', FILE_MODE);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw new Failure(`${path} is there already; nothing is overwritten`, { cause });
    throw cause;
  }
}

function closeSynced(handle: number): void {
  fsyncSync(handle);
  closeSync(handle);
}

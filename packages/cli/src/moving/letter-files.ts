/**
 * Letters in files of their own: a Maildir with its folders, or folders of .eml files.
 */
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LineEndingNormaliser } from '@posthorn/mail/line-endings.ts';
import { flagsOfName, mailboxOfFolder, readKeywordList } from '@posthorn/movers/maildir-name.ts';
import { Failure } from '../command.ts';
import type { FoundLetter } from './letters.ts';

export interface FileLetters {
  readonly count: number;
  readonly letters: AsyncIterable<FoundLetter>;
}

interface LetterFile {
  readonly path: string;
  readonly mailbox: string;
  readonly flags: readonly string[];
}

/** `mailbox`: where all of it goes; without it each folder goes to the mailbox of its name. */
export function readMaildir(folder: string, { mailbox }: { readonly mailbox?: string }): FileLetters {
  const folders = ['', ...readdirSync(folder).filter((name) => name.startsWith('.') && existsSync(join(folder, name, 'cur')))];
  if (!existsSync(join(folder, 'cur')) && folders.length === 1) throw new Failure(`${folder} is no Maildir: there is no folder cur in it`);
  const files = folders.flatMap((name) => maildirFiles(join(folder, name), mailbox ?? mailboxOfFolder(name)));
  return { count: files.length, letters: lettersOf(files) };
}

function maildirFiles(folder: string, mailbox: string): readonly LetterFile[] {
  const list = join(folder, 'dovecot-keywords');
  const keywords = existsSync(list) ? readKeywordList(readFileSync(list, 'utf8')) : [];
  return ['cur', 'new'].filter((part) => existsSync(join(folder, part))).flatMap((part) => readdirSync(join(folder, part))
    .filter((name) => !name.startsWith('.')).toSorted()
    .map((name) => ({ path: join(folder, part, name), mailbox, flags: flagsOfName(name, keywords) })));
}

/** Each folder goes to the mailbox of its path; files at the top to `mailbox`, or INBOX. */
export function readEmlFolder(folder: string, { mailbox }: { readonly mailbox?: string }): FileLetters {
  const stat = statSync(folder);
  const names = stat.isFile() ? [''] : readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.eml$/i.test(name)).toSorted();
  const files = names.map((name): LetterFile => ({
    path: join(folder, name), flags: [],
    mailbox: mailbox ?? (name.includes('/') ? name.split('/').slice(0, -1).join('/') : 'INBOX'),
  }));
  return { count: files.length, letters: lettersOf(files) };
}

async function* lettersOf(files: readonly LetterFile[]): AsyncGenerator<FoundLetter, void> {
  for (const { path, mailbox, flags } of files) {
    // A mail program may have moved or deleted it since it was listed.
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    yield { about: { mailbox, flags, internalDate: Math.floor(stat.mtimeMs) }, where: path, read: () => octetsOf(path) };
  }
}

/** Line ends as mail has them. */
async function* octetsOf(path: string): AsyncGenerator<Buffer, void> {
  const normaliser = new LineEndingNormaliser();
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) yield normaliser.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
}

/**
 * `posthorn mailbox`: mail in and out.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { finished, pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { resolve } from 'node:path';
import { readLetterHead } from '@posthorn/movers/archive.ts';
import type { MboxDialect } from '@posthorn/movers/mbox-index.ts';
import { readTar } from '@posthorn/movers/tar.ts';
import { BOOKS_OPTIONS, booksConfig } from '../books.ts';
import type { Call, Command } from '../command.ts';
import { Failure, UsageError } from '../command.ts';
import { withSocket } from '../control.ts';
import { readArchive, writeArchive } from '../moving/archive-file.ts';
import { carry, type CarryReport, tellCarried } from '../moving/carry.ts';
import { fetchArchive } from '../moving/fetch-archive.ts';
import { readEmlFolder, readMaildir } from '../moving/letter-files.ts';
import { archiveOf, type FoundLetter } from '../moving/letters.ts';
import { readMbox } from '../moving/mbox-file.ts';
import { EmlWriter, type LetterWriter, MaildirWriter, MboxWriter } from '../moving/writers.ts';
import { ProgressTeller } from '../progress.ts';

const FORMATS = ['mbox', 'maildir', 'eml', 'archive'] as const;
const DIALECTS = ['mboxo', 'mboxrd', 'mboxcl', 'mboxcl2'] as const;
type Format = (typeof FORMATS)[number];

export const mailboxCommands: readonly Command[] = [
  {
    name: 'mailbox import',
    words: 'ADDRESS PATH',
    wordCount: { min: 2, max: 2 },
    summary: 'bring mail in, from mbox, Maildir, .eml files or an archive',
    details: `
Flags and dates come along, as far as the format knows them. What is there already, octet for
octet, is not kept twice: an import that was interrupted is simply begun again.

  posthorn mailbox import ann@elm.test --format mbox ~/mail/sent --mailbox Sent
  posthorn mailbox import ann@elm.test --format maildir ~/Maildir`,
    options: {
      format: { value: 'FORMAT', help: 'mbox, maildir, eml or archive' },
      mailbox: { value: 'NAME', help: 'where it goes (mbox: INBOX if absent; others: each folder to the mailbox of its name)' },
      dialect: { value: 'NAME', help: 'of an mbox file, where it is known: mboxo, mboxrd, mboxcl or mboxcl2' },
      'dry-run': { help: 'keep nothing; say what would be kept' },
      ...BOOKS_OPTIONS,
    },
    run: bringIn,
  },
  {
    name: 'mailbox export',
    words: 'ADDRESS PATH',
    wordCount: { min: 2, max: 2 },
    summary: 'take mail out, as mbox, Maildir, .eml files or one archive',
    details: `
An archive holds all of an account: “mailbox import --format archive” brings back letters,
flags, dates, mailboxes and their special uses as they were. Its file is packed if its name ends
in .gz or .zst. The other formats go into a folder. Nothing that is there is overwritten.

  posthorn mailbox export ann@elm.test --format archive ann.tar.zst`,
    options: {
      format: { value: 'FORMAT', help: 'mbox (mboxrd), maildir, eml or archive' },
      mailbox: { value: 'NAME', isRepeatable: true, help: 'only this one; may be said more than once' },
      ...BOOKS_OPTIONS,
    },
    run: takeOut,
  },
];

function formatOf(call: Call): Format {
  const told = call.value('format');
  const format = FORMATS.find((one) => one === told);
  if (format === undefined) throw new UsageError(`--format takes ${FORMATS.join(', ')}${told === undefined ? '' : `, not “${told}”`}`);
  return format;
}

function dialectOf(call: Call): MboxDialect | undefined {
  const told = call.value('dialect');
  const dialect = DIALECTS.find((one) => one === told);
  if (told !== undefined && dialect === undefined) throw new UsageError(`--dialect takes ${DIALECTS.join(', ')}, not “${told}”`);
  return dialect;
}

function wordsOf(call: Call): { readonly address: string; readonly path: string } {
  const [address = '', path = ''] = call.words;
  return { address, path: resolve(call.io.cwd(), path) };
}

interface Source {
  readonly archive: Readable;
  readonly count?: number;
  where(number: number): string;
}

async function bringIn(call: Call): Promise<number> {
  const { address, path } = wordsOf(call);
  const format = formatOf(call);
  const config = booksConfig(call);
  const isDry = call.isSet('dry-run');
  if (!existsSync(path)) throw new Failure(`there is no ${path}`);
  const teller = new ProgressTeller(call);
  try {
    const source = await sourceOf(call, { format, path, teller });
    const report = await withSocket(config, (socket) => carry(call, socket, { ...source, address, teller, isDry }));
    teller.end();
    call.io.stdout.write(call.isSet('json') ? `${JSON.stringify({ event: 'done', ...report })}\n` : tellCarried(report, isDry));
    return statusOf(report);
  } finally {
    teller.end();
  }
}

function statusOf({ refused }: CarryReport): number {
  return refused === 0 ? 0 : 1;
}

async function sourceOf(call: Call, { format, path, teller }: { readonly format: Format; readonly path: string; readonly teller: ProgressTeller }): Promise<Source> {
  const mailbox = call.value('mailbox');
  const dialect = dialectOf(call);
  const where = mailbox === undefined ? {} : { mailbox };
  const isFolder = statSync(path).isDirectory();
  switch (format) {
    case 'archive':
      if (isFolder) throw new Failure(`${path} is a folder, not an archive`);
      if (mailbox !== undefined) throw new UsageError('an archive says itself which mailboxes its letters are in: --mailbox does not apply');
      return { archive: readArchive(path), where: (number) => `letter ${number} of ${path}` };
    case 'mbox': {
      if (isFolder) throw new Failure(`${path} is a folder; an mbox is a file: import them one by one`);
      const { count, letters } = await readMbox(path, { mailbox: mailbox ?? 'INBOX', tell: (step) => teller.tell(step), ...dialect === undefined ? {} : { dialect } });
      return found(letters, count);
    }
    case 'maildir': {
      if (!isFolder) throw new Failure(`${path} is a file; a Maildir is a folder`);
      const { count, letters } = readMaildir(path, where);
      return found(letters, count);
    }
    case 'eml': {
      const { count, letters } = readEmlFolder(path, where);
      return found(letters, count);
    }
    default: throw new Error(`unknown format ${String(format satisfies never)}`);
  }
}

function found(letters: AsyncIterable<FoundLetter>, count: number): Source {
  // Only those whose fate is not known yet.
  const places = new Map<number, string>();
  let last = 0;
  const archive = archiveOf(letters, ({ where }) => {
    last += 1;
    places.set(last, where);
    places.delete(last - PLACES_KEPT);
  });
  return { archive, count, where: (number) => places.get(number) ?? `letter ${number}` };
}

/** More than can be on their way at once. */
const PLACES_KEPT = 10_000;

async function takeOut(call: Call): Promise<number> {
  const { address, path } = wordsOf(call);
  const format = formatOf(call);
  const teller = new ProgressTeller(call);
  try {
    const letters = await withSocket(booksConfig(call), async (socket) => {
      const incoming = await fetchArchive(socket, { address, mailboxes: call.values('mailbox') });
      return format === 'archive' ? toArchive(incoming, path) : toFiles(incoming, { format, path, teller });
    });
    teller.end();
    call.io.stdout.write(call.isSet('json') ? `${JSON.stringify({ event: 'done', path, ...letters === undefined ? {} : { letters } })}\n`
      : `${letters === undefined ? 'Exported' : `Exported ${letters} letters`} to ${path}\n`);
    return 0;
  } catch (error) {
    throw isThere(error) ? new Failure(`${path} is there already; nothing is overwritten`, { cause: error }) : error;
  } finally {
    teller.end();
  }
}

/** How many letters is not known: nobody unpacks it. */
async function toArchive(incoming: Readable, path: string): Promise<undefined> {
  const { input, file } = writeArchive(path);
  const written = finished(file);
  await Promise.all([pipeline(incoming, input), written]);
  return undefined;
}

async function toFiles(incoming: Readable, { format, path, teller }: { readonly format: Exclude<Format, 'archive'>; readonly path: string; readonly teller: ProgressTeller }): Promise<number> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const writer: LetterWriter = format === 'mbox' ? new MboxWriter(path) : format === 'maildir' ? new MaildirWriter(path) : new EmlWriter(path);
  let done = 0;
  for await (const entry of readTar(incoming)) {
    const about = readLetterHead(entry);
    if (about === undefined) continue;
    await writer.write(about, entry.octets);
    done += 1;
    teller.tell({ task: 'writing letters', done, unit: 'letters' });
  }
  writer.end();
  return done;
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

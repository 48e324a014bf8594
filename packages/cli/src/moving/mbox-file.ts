/**
 * Letters in an mbox file, which is read once to find them and once to bring them.
 */
import { createReadStream, statSync } from 'node:fs';
import { MboxIndex, type MboxDialect, type MboxIndexed, type MboxLetter } from '@posthorn/movers/mbox-index.ts';
import { dateOfFromLine, MboxUnquoter, readMboxHeader } from '@posthorn/movers/mbox-letter.ts';
import { Failure } from '../command.ts';
import type { Step } from '../progress.ts';
import type { FoundLetter } from './letters.ts';

export interface MboxOptions {
  readonly mailbox: string;
  /** Where a person knows it. */
  readonly dialect?: MboxDialect;
  readonly tell: (step: Step) => void;
}

/** How many letters there are, and each of them. */
export async function readMbox(file: string, { mailbox, dialect, tell }: MboxOptions): Promise<{ readonly count: number; readonly letters: AsyncIterable<FoundLetter> }> {
  const indexed = await index(file, { dialect, tell });
  if (indexed.letters.length === 0 && statSync(file).size > 0) throw new Failure(`${file} is no mbox file: no line in it begins a letter`);
  return { count: indexed.letters.length, letters: lettersOf(file, indexed, mailbox) };
}

async function index(file: string, { dialect, tell }: { readonly dialect: MboxDialect | undefined; readonly tell: (step: Step) => void }): Promise<MboxIndexed> {
  const machine = new MboxIndex(dialect);
  const total = statSync(file).size;
  let done = 0;
  for await (const chunk of octetsOf(file)) {
    machine.push(chunk);
    done += chunk.length;
    tell({ task: 'finding letters', done, total, unit: 'octets' });
  }
  return machine.end();
}

async function* lettersOf(file: string, { letters, dialect }: MboxIndexed, mailbox: string): AsyncGenerator<FoundLetter, void> {
  const now = statSync(file).mtimeMs;
  for (const letter of letters) {
    const { octets: header, flags } = readMboxHeader(await collect(octetsOf(file, { start: letter.header, end: letter.body })), dialect);
    yield {
      about: { mailbox, flags, internalDate: dateOfFromLine(letter.fromLine) ?? now },
      where: `${file}, octet ${letter.start}`,
      read: () => readLetter(file, { letter, header, dialect }),
    };
  }
}

async function* readLetter(file: string, { letter, header, dialect }: { readonly letter: MboxLetter; readonly header: Buffer; readonly dialect: MboxDialect }): AsyncGenerator<Buffer, void> {
  yield header;
  const unquoter = new MboxUnquoter(dialect);
  for await (const chunk of octetsOf(file, { start: letter.body, end: letter.end })) yield unquoter.push(chunk);
  yield unquoter.end();
}

/** `end` is not included. */
async function* octetsOf(file: string, range?: { readonly start: number; readonly end: number }): AsyncGenerator<Buffer, void> {
  if (range !== undefined && range.start >= range.end) return;
  const stream = createReadStream(file, { highWaterMark: 256 * 1024, ...range === undefined ? {} : { start: range.start, end: range.end - 1 } });
  for await (const chunk of stream) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const found: Buffer[] = [];
  for await (const chunk of chunks) found.push(chunk);
  return Buffer.concat(found);
}

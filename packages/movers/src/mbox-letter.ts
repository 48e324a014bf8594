/**
 * A letter out of an mbox file, as it was before it went in: lines unquoted, line ends CRLF,
 * and what mail programs note in the header (Status, X-Status, X-Keywords) taken out of it
 * and told as flags. And the way back, as mboxrd.
 */
import { parseDate } from '@posthorn/mail/date.ts';
import type { Flag } from '@posthorn/mail/flags.ts';
import { LineEndingNormaliser } from '@posthorn/mail/line-endings.ts';
import type { MboxDialect } from './mbox-index.ts';

/** Fields of the mbox file rather than of the letter. */
const NOTES = /^(status|x-status|x-keywords|x-mozilla-status|x-mozilla-status2|x-uid|x-imap|x-imapbase)$/i;
const LETTERS: readonly (readonly [letter: string, flag: Flag])[] = [['R', '\\Seen'], ['A', '\\Answered'], ['F', '\\Flagged'], ['D', '\\Deleted'], ['T', '\\Draft']];
const LF = 0x0a;

export interface MboxHeader {
  /** With CRLF, and its empty line. */
  readonly octets: Buffer;
  readonly flags: readonly Flag[];
}

/** `header`: from behind the `From ` line up to the body. */
export function readMboxHeader(header: Buffer, dialect: MboxDialect): MboxHeader {
  const kept: string[] = [];
  const notes = new Map<string, string>();
  const isByLength = dialect === 'mboxcl' || dialect === 'mboxcl2';
  let isNote = false;
  for (const line of header.toString('latin1').split(/(?<=\n)/)) {
    const isContinued = /^[ \t]/.test(line);
    const name = /^([!-9;-~]+)[ \t]*:/.exec(line)?.[1] ?? '';
    if (!isContinued) isNote = NOTES.test(name) || (isByLength && /^content-length$/i.test(name));
    if (!isNote) kept.push(line);
    else if (!isContinued) notes.set(name.toLowerCase(), line.slice(line.indexOf(':') + 1).trim());
  }
  return { octets: new LineEndingNormaliser().push(Buffer.from(kept.join(''), 'latin1')), flags: flagsOf(notes) };
}

function flagsOf(notes: ReadonlyMap<string, string>): readonly Flag[] {
  const letters = `${notes.get('status') ?? ''}${notes.get('x-status') ?? ''}`;
  const mozilla = Number.parseInt(notes.get('x-mozilla-status') ?? '0', 16);
  const found = LETTERS.filter(([letter]) => letters.includes(letter)).map(([, flag]) => flag);
  if ((mozilla & 1) !== 0) found.push('\\Seen');
  if ((mozilla & 2) !== 0) found.push('\\Answered');
  if ((mozilla & 4) !== 0) found.push('\\Flagged');
  if ((mozilla & 8) !== 0) found.push('\\Deleted');
  const keywords = (notes.get('x-keywords') ?? '').split(/[\s,]+/).filter((word) => word !== '');
  return [...new Set([...found, ...keywords])];
}

/** The time in a `From ` line, which is in UTC unless it says a zone; undefined if it cannot be read. */
export function dateOfFromLine(line: string): number | undefined {
  const found = /(\w{3}) +(\d{1,2}) +(\d\d:\d\d(?::\d\d)?)(?: +([+-]\d{4}|[A-Z]{1,5}))? +(\d{4})(?: +([+-]\d{4}))?/.exec(line);
  if (found === null) return undefined;
  const [, month = '', day = '', time = '', zone, year = '', after] = found;
  return parseDate(`${day} ${month} ${year} ${time} ${after ?? (zone === undefined ? '+0000' : zone)}`) ?? undefined;
}

/** Takes one `>` from lines that were quoted, whatever pieces they come in, and makes line ends CRLF. */
export class MboxUnquoter {
  readonly #normaliser = new LineEndingNormaliser();
  readonly #most: number;
  /** The beginning of a line that may yet turn out to be quoted. */
  #held = Buffer.alloc(0);
  #isAtStart = true;

  constructor(dialect: MboxDialect) {
    this.#most = dialect === 'mboxcl2' ? 0 : dialect === 'mboxrd' ? Number.POSITIVE_INFINITY : 1;
  }

  push(chunk: Buffer): Buffer {
    return this.#normaliser.push(this.#most === 0 ? chunk : this.#unquote(chunk));
  }

  end(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return this.#normaliser.push(rest);
  }

  #unquote(chunk: Buffer): Buffer {
    const whole = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    const pieces: Buffer[] = [];
    for (let at = 0; at < whole.length;) {
      if (this.#isAtStart) {
        const quoted = this.#quotedAt(whole, at);
        if (quoted === 'unknown') {
          this.#held = Buffer.from(whole.subarray(at));
          break;
        }
        if (quoted === 'yes') at += 1;
      }
      const end = whole.indexOf(LF, at);
      const next = end < 0 ? whole.length : end + 1;
      pieces.push(whole.subarray(at, next));
      this.#isAtStart = end >= 0;
      at = next;
    }
    return Buffer.concat(pieces);
  }

  #quotedAt(whole: Buffer, at: number): 'yes' | 'no' | 'unknown' {
    let marks = 0;
    while (whole[at + marks] === 0x3e) marks += 1;
    const word = whole.toString('latin1', at + marks, at + marks + 5);
    if (marks > 0 && marks <= this.#most && word === 'From ') return 'yes';
    const isCut = at + marks + 5 > whole.length && 'From '.startsWith(word);
    return isCut && marks <= this.#most ? 'unknown' : 'no';
  }
}

/** A letter for an mboxrd file: its `From ` line, notes, quoted lines with LF, an empty line. */
export class MboxrdWriter {
  #held = Buffer.alloc(0);

  begin({ sender, internalDate, flags }: { readonly sender: string; readonly internalDate: number; readonly flags: readonly Flag[] }): Buffer {
    this.#held = Buffer.alloc(0);
    const date = new Date(internalDate).toUTCString();
    const [, day = '', month = '', year = '', time = ''] = /, (\d\d) (\w{3}) (\d{4}) (\d\d:\d\d:\d\d)/.exec(date) ?? [];
    return Buffer.from(`From ${sender === '' ? 'MAILER-DAEMON' : sender} ${date.slice(0, 3)} ${month} ${day} ${time} ${year}\n${noteLines(flags)}`, 'latin1');
  }

  push(chunk: Buffer): Buffer {
    const whole = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const last = whole.lastIndexOf(LF);
    this.#held = Buffer.from(whole.subarray(last + 1));
    return last < 0 ? Buffer.alloc(0) : quoteLines(whole.subarray(0, last + 1));
  }

  end(): Buffer {
    const rest = quoteLines(this.#held);
    this.#held = Buffer.alloc(0);
    return Buffer.concat([rest, Buffer.from(rest.length === 0 ? '\n' : '\n\n')]);
  }
}

function quoteLines(lines: Buffer): Buffer {
  return Buffer.from(lines.toString('latin1').replaceAll('\r\n', '\n').replaceAll(/^(>*From )/gm, '>$1'), 'latin1');
}

function noteLines(flags: readonly Flag[]): string {
  const has = (flag: Flag): boolean => flags.includes(flag);
  const keywords = flags.filter((flag) => !flag.startsWith('\\'));
  const others = LETTERS.slice(1).filter(([, flag]) => has(flag)).map(([letter]) => letter).join('');
  return `Status: ${has('\\Seen') ? 'RO' : 'O'}\n${others === '' ? '' : `X-Status: ${others}\n`}${keywords.length === 0 ? '' : `X-Keywords: ${keywords.join(' ')}\n`}`;
}

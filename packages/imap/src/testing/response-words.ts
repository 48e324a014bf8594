/**
 * Reads responses strictly, by RFC 9051 §9, for tests: what we write has to come out again.
 */
export type Word =
  | null
  | number
  /** A quoted string or a literal. */
  | string
  | { readonly atom: string }
  | readonly Word[];

/** The words of one response line after `* `; a literal's line goes on behind it. */
export function wordsOf(response: string | Buffer): readonly Word[] {
  const octets = Buffer.from(response);
  const line = new Line(octets.toString('latin1'));
  if (!line.take('* ')) throw new Error('not an untagged response');
  const words = line.words('\r\n');
  line.end();
  return words;
}

/** One word, such as a body structure, with nothing after it. */
export function wordOf(text: string | Buffer): Word {
  const line = new Line(Buffer.from(text).toString('latin1'));
  const word = line.word();
  line.end();
  return word;
}

class Line {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  end(): void {
    if (this.#at !== this.#text.length) throw new Error(`more than expected at ${this.#at}: ${this.#text.slice(this.#at, this.#at + 40)}`);
  }

  /** Up to and with `end`; one space between words, none between a list and the next where the grammar has none. */
  words(end: string): readonly Word[] {
    const words: Word[] = [];
    while (!this.take(end)) {
      const isAfterList = Array.isArray(words.at(-1)) && this.#text[this.#at] === '(';
      if (words.length > 0 && !this.take(' ') && !isAfterList) throw new Error(`a space is missing at ${this.#at}`);
      words.push(this.word());
    }
    return words;
  }

  word(): Word {
    if (this.take('(')) return this.words(')');
    const quoted = this.#match(/"((?:[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\["\\])*)"/y);
    if (quoted !== undefined) return quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1');
    const head = this.#match(/\{\d+\}\r\n/y);
    if (head !== undefined) return this.#literal(Number(head.slice(1, -3)));
    // An atom, a flag, or the name of a section with its field names.
    const atom = this.#match(/BODY\[[^\]]*\](?:<\d+>)?|\\?[^\x00-\x20\x7f-\xff(){%"\\]+/y);
    if (atom === undefined) throw new Error(`no word at ${this.#at}: ${this.#text.slice(this.#at, this.#at + 40)}`);
    if (/^NIL$/i.test(atom)) return null;
    return /^\d+$/.test(atom) ? Number(atom) : { atom };
  }

  #literal(octets: number): string {
    const text = this.#text.slice(this.#at, this.#at + octets);
    if (text.length < octets || text.includes('\0')) throw new Error('a literal that is too short, or holds NUL');
    this.#at += octets;
    return Buffer.from(text, 'latin1').toString('utf8');
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

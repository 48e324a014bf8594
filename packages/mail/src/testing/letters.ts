/**
 * Random letters of which we know the structure: written out with the places where everything must be found.
 */
import { Buffer } from 'node:buffer';
import type { Part } from '../structure.ts';

/** What a letter shall be made of. */
export type Plan =
  | { readonly kind: 'leaf'; readonly lines: readonly string[] }
  | { readonly kind: 'multipart'; readonly subtype: string; readonly preamble: readonly string[]; readonly epilogue: readonly string[]; readonly parts: readonly Plan[]; readonly isUnclosed: boolean }
  | { readonly kind: 'message'; readonly subject: string; readonly message: Plan };

/** What the parser has to find of it. */
export interface Found {
  readonly type: string;
  readonly header: Part['header'];
  readonly body: Part['body'];
  readonly lines: number;
  readonly parts?: readonly Found[];
  readonly message?: { readonly subject: string | null; readonly part: Found };
}

export function foundIn(part: Part): Found {
  return {
    type: `${part.type}/${part.subtype}`,
    header: part.header,
    body: part.body,
    lines: part.lines,
    ...(part.parts === undefined ? {} : { parts: part.parts.map(foundIn) }),
    ...(part.message === undefined ? {} : { message: { subject: part.message.envelope.subject, part: foundIn(part.message.part) } }),
  };
}

/** Writes the letter, and what must be found in it. `eol` is CRLF or LF. */
export function writeLetter(plan: Plan, eol: string): { readonly octets: Buffer; readonly found: Found } {
  const writer = new Writer(eol);
  const found = writer.write(plan, []);
  return { octets: Buffer.from(writer.text, 'latin1'), found };
}

class Writer {
  text = '';
  readonly #eol: string;
  #boundaries = 0;

  constructor(eol: string) {
    this.#eol = eol;
  }

  write(plan: Plan, extra: readonly string[]): Found {
    const start = this.text.length;
    const boundary = `b${this.#boundaries++}`;
    const type = plan.kind === 'leaf' ? 'text/plain' : plan.kind === 'message' ? 'message/rfc822' : `multipart/${plan.subtype}`;
    for (const line of extra) this.#line(line);
    this.#line(`Content-Type: ${type}${plan.kind === 'multipart' ? `; boundary="${boundary}"` : ''}`);
    this.#line('');
    const header = { start, end: this.text.length };
    const inner = this.#body(plan, boundary);
    const body = { start: header.end, end: this.text.length };
    return { type, header, body, lines: this.text.slice(body.start, body.end).split('\n').length - 1, ...inner };
  }

  #body(plan: Plan, boundary: string): Partial<Found> {
    if (plan.kind === 'leaf') {
      this.text += plan.lines.join(this.#eol);
      return {};
    }
    if (plan.kind === 'message') return { message: { subject: plan.subject, part: this.write(plan.message, [`Subject: ${plan.subject}`]) } };
    for (const line of plan.preamble) this.#line(line);
    const parts = plan.parts.map((part) => {
      this.#line(`--${boundary}`);
      const found = this.write(part, []);
      this.text += this.#eol;
      return found;
    });
    // Unclosed, it ends where something around it does, and with it the last part.
    if (plan.isUnclosed) this.text = this.text.slice(0, -this.#eol.length);
    else this.text += [`--${boundary}--`, ...plan.epilogue].join(this.#eol);
    return { parts };
  }

  #line(text: string): void {
    this.text += text + this.#eol;
  }
}

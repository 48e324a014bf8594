/**
 * What a letter needs of the host that takes it, and whether the host can.
 *
 * The letter itself is read only where the answer depends on it: what was announced is
 * often not needed. RFC 6152 §3, RFC 6531 §3.6, RFC 8689 §4.2.1, RFC 1870 §6.
 */
import type { Errand, SpooledRecipient } from '@posthorn/store/spool.ts';
import type { Extensions } from './client/extensions.ts';

type Letter = Errand['letter'];

/** Reads a letter as it goes out: our prefix and the content, less what we cut. */
export type ReadLetter = (letter: Letter) => AsyncIterable<Buffer>;

/** Where a letter has octets above 127. */
interface EightBit {
  readonly isInHeader: boolean;
  readonly isInBody: boolean;
}

/** Something the host lacks. Another host of the domain may have it. */
export interface Lack {
  readonly status: string;
  readonly text: string;
}

/** RFC 8689 §4.2.1, §5. */
export const TLS_LACK: Lack = { status: '5.7.30', text: 'The letter must travel under TLS all the way, which this host does not promise' };

export class Needs {
  readonly #letter: Letter;
  readonly #read: ReadLetter;
  #eightBit: Promise<EightBit> | undefined;

  constructor(letter: Letter, read: ReadLetter) {
    this.#letter = letter;
    this.#read = read;
  }

  /** Of the letter as it goes out. */
  get octets(): number {
    const { prefix, contentOctets, cuts } = this.#letter;
    return prefix.length + contentOctets - cuts.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** What this host lacks for this recipient; undefined if nothing. */
  async lack(extensions: Extensions, { recipient, isTlsVerified }: {
    readonly recipient: SpooledRecipient;
    readonly isTlsVerified: boolean;
  }): Promise<Lack | undefined> {
    const { body, isSmtpUtf8, isTlsRequired } = this.#letter;
    if (isTlsRequired && !(isTlsVerified && extensions.hasRequireTls)) {
      return TLS_LACK;
    }
    if (extensions.sizeMax > 0 && this.octets > extensions.sizeMax) {
      return { status: '5.3.4', text: `The letter has ${this.octets} octets, and this host takes ${extensions.sizeMax}` };
    }
    if (body === 'BINARYMIME') return { status: '5.6.3', text: 'The letter is binary, which cannot be sent on' };
    if (!extensions.hasSmtpUtf8 && (this.#isInternational(recipient) || (isSmtpUtf8 && (await this.#scan()).isInHeader))) {
      return { status: '5.6.7', text: 'The letter has addresses or headers beyond ASCII, which this host does not take' };
    }
    if (!extensions.hasEightBitMime && body === '8BITMIME' && (await this.#scan()).isInBody) {
      return { status: '5.6.3', text: 'The letter has eight-bit text, which this host does not take' };
    }
    return undefined;
  }

  #isInternational({ address }: SpooledRecipient): boolean {
    return isBeyondAscii(address) || isBeyondAscii(this.#letter.reversePath ?? '');
  }

  #scan(): Promise<EightBit> {
    this.#eightBit ??= scan(this.#read(this.#letter));
    return this.#eightBit;
  }
}

/** RFC 6531 §3.2: such an address travels with SMTPUTF8 or not at all. */
export function isBeyondAscii(address: string): boolean {
  return /[^\u0000-\u007f]/.test(address);
}

async function scan(octets: AsyncIterable<Buffer>): Promise<EightBit> {
  let isInHeader = false;
  let isHeader = true;
  let tail = '';
  for await (const chunk of octets) {
    const text = tail + chunk.toString('latin1');
    const end: number = isHeader ? text.indexOf('\r\n\r\n') : 0;
    const header = isHeader ? text.slice(0, end === -1 ? undefined : end) : '';
    const body = end === -1 ? '' : text.slice(end);
    isInHeader ||= isEightBit(header);
    if (isEightBit(body)) return { isInHeader, isInBody: true };
    isHeader = end === -1;
    // The blank line may be cut between two chunks.
    tail = isHeader ? text.slice(-3) : '';
  }
  return { isInHeader, isInBody: false };
}

function isEightBit(text: string): boolean {
  return /[\u0080-\u00ff]/.test(text);
}

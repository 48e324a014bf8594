/**
 * What a notice returns of the letter it is about: its header, or all of it.
 *
 * RFC 3461 §4.3 (RET), RFC 8689 §5 (what needed TLS does not travel on without it).
 */
import type { SpooledLetter } from '@posthorn/store/spool.ts';

type Letter = Omit<SpooledLetter, 'recipients'>;

export interface ReturnedPart {
  readonly what: 'message' | 'headers';
  readonly octets: Buffer;
}

export interface ReturnRequest {
  /** RFC 3461 §4.3: RET=FULL is about failures; other notices return the header. */
  readonly hasFailed: boolean;
  /** A larger letter is not returned in full, a larger header not to its end. */
  readonly octetsMax: number;
  readonly read: (letter: Pick<Letter, 'prefix' | 'content' | 'contentOctets' | 'cuts'>) => AsyncIterable<Buffer>;
}

/** The letter as its next reader would see it. Without RET a small one comes back whole. */
export async function returnedPart(letter: Letter, { hasFailed, octetsMax, read }: ReturnRequest): Promise<ReturnedPart> {
  const isFull = hasFailed && letter.ret !== 'HDRS' && !letter.isTlsRequired && octetsOf(letter) <= octetsMax;
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of read(letter)) {
    chunks.push(chunk);
    octets += chunk.length;
    if (!isFull && (octets >= octetsMax || headerEnd(Buffer.concat(chunks)) !== undefined)) break;
  }
  const whole = Buffer.concat(chunks);
  if (isFull) return { what: 'message', octets: whole };
  return { what: 'headers', octets: whole.subarray(0, headerEnd(whole) ?? wholeLines(whole.subarray(0, octetsMax))) };
}

/** As it goes out: our prefix and the content, less what we cut. */
function octetsOf({ prefix, contentOctets, cuts }: Letter): number {
  return prefix.length + contentOctets - cuts.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Where the header ends, after the line end of its last field. */
function headerEnd(octets: Buffer): number | undefined {
  if (octets.subarray(0, 2).toString('latin1') === '\r\n') return 0;
  const at = octets.indexOf('\r\n\r\n');
  return at === -1 ? undefined : at + 2;
}

/** Without the line that was cut in two. */
function wholeLines(octets: Buffer): number {
  const end = octets.lastIndexOf('\r\n');
  return end === -1 ? octets.length : end + 2;
}

/**
 * Checksums of rows: what SQLite's own integrity check does not see when the disk forgets a bit.
 *
 * A message has one: of its own fields, of its flags, and of what its content's row says of the
 * letter, joined by exclusive or. So flags are changed and messages copied without reading the
 * rest again, and damage that was there before is not sealed in. A spooled letter has one of
 * its own fields, its recipients' and its content's. The octets themselves have their SHA-256.
 * CRC-32, which finds every burst of up to 32 bits.
 */
import { crc32 } from 'node:zlib';

type Text = string | number | null;

export interface ContentFields {
  readonly letter: string;
  readonly size: number;
  readonly sha256: Buffer;
  /** JSON. */
  readonly cuts: string | null;
  /** JSON. */
  readonly summary: string;
}

/** What a message's row says that never changes. */
export interface MessageFields {
  readonly account: number;
  readonly mailbox: number;
  readonly uid: number;
  readonly born: number;
  readonly content: number;
  readonly prefixStart: number;
  readonly prefixEnd: number;
  readonly octets: number;
  readonly internalDate: number;
  readonly savedAt: number;
}

/** What changes with its flags. */
export interface MessageState {
  readonly modseq: number;
  readonly bits: number;
  readonly keywords: string | null;
}

/** What is kept of a message that left its mailbox. */
export interface GoneFields extends Omit<MessageFields, 'born'>, Omit<MessageState, 'modseq'> {}

/** What a spooled letter's row says that never changes. */
export interface SpoolFields {
  readonly id: number;
  readonly letter: string;
  readonly acceptedAt: number;
  readonly reversePath: string | null;
  readonly body: string;
  readonly isSmtpUtf8: number;
  readonly isTlsRequired: number;
  readonly envelopeId: string | null;
  readonly ret: string | null;
  readonly prefix: Buffer;
  readonly expiresAt: number;
}

export interface RecipientFields {
  readonly spool: number;
  readonly position: number;
  readonly address: string;
  readonly route: string;
  /** JSON. */
  readonly notify: string | null;
  readonly originalRecipient: string | null;
}

/** Of what a content's row says of the letter; how its octets are kept may change later. */
export function contentChecksum({ letter, size, sha256, cuts, summary }: ContentFields): number {
  return crc32(summary, crc32(sha256, ofTexts([letter, size, cuts])));
}

/** Of the lines that we put in front of one copy. */
export function prefixChecksum(prefix: Buffer): number {
  return crc32(prefix);
}

export function messageChecksum(fields: MessageFields): number {
  const { account, mailbox, uid, born, content, prefixStart, prefixEnd, octets, internalDate, savedAt } = fields;
  return crc32(`${account} ${mailbox} ${uid} ${born} ${content} ${prefixStart} ${prefixEnd} ${octets} ${internalDate} ${savedAt}`);
}

/** Begins otherwise than the fields do: what is the same in both must not cancel out. */
export function stateChecksum({ modseq, bits, keywords }: MessageState): number {
  return crc32(`state ${modseq} ${bits} ${keywords ?? ''}`);
}

export function goneChecksum(fields: GoneFields): number {
  const { account, mailbox, uid, content, prefixStart, prefixEnd, octets, internalDate, savedAt, bits, keywords } = fields;
  return crc32(`gone ${account} ${mailbox} ${uid} ${content} ${prefixStart} ${prefixEnd} ${octets} ${internalDate} ${savedAt} ${bits} ${keywords ?? ''}`);
}

export function spoolChecksum(fields: SpoolFields): number {
  const { id, letter, acceptedAt, reversePath, body, isSmtpUtf8, isTlsRequired, envelopeId, ret, prefix, expiresAt } = fields;
  return crc32(prefix, ofTexts([id, letter, acceptedAt, reversePath, body, isSmtpUtf8, isTlsRequired, envelopeId, ret, expiresAt]));
}

export function recipientChecksum({ spool, position, address, route, notify, originalRecipient }: RecipientFields): number {
  return crc32(written([spool, position, address, route, notify, originalRecipient]));
}

/** All of them in one: a part is taken out again by joining it once more. */
export function joined(...checksums: readonly number[]): number {
  return checksums.reduce((all, one) => (all ^ one) >>> 0, 0);
}

function ofTexts(texts: readonly Text[]): number {
  return crc32(written(texts));
}

/** JSON, so that no two lists read the same. */
function written(texts: readonly Text[]): string {
  return JSON.stringify(texts);
}

/**
 * The header lines that final delivery puts on top of a letter. RFC 5321 §4.4.
 */

/** `reversePath` in `local@domain` form; null for `<>`. */
export function returnPathLine(reversePath: string | null): string {
  return `Return-Path: <${reversePath ?? ''}>\r\n`;
}

/** Whose mailbox it went into; what a letter that comes round again is known by. */
export function deliveredToLine(address: string): string {
  return `Delivered-To: ${address}\r\n`;
}

/** All that one mailbox's copy gets in front: `trace` is what all copies share (Received, verdicts). */
export function copyPrefix({ reversePath, deliveredTo, trace }: {
  readonly reversePath: string | null;
  readonly deliveredTo: string;
  readonly trace: Buffer;
}): Buffer {
  // RFC 5321 §4.4: Return-Path stands before everything else.
  return Buffer.concat([Buffer.from(returnPathLine(reversePath) + deliveredToLine(deliveredTo)), trace]);
}

/**
 * A letter broke off inside its literal: its octets were announced and cannot be had.
 *
 * IMAP has no way to take a literal back, so the connection is cut.
 */
export class LetterCut extends Error {
  override readonly name = 'LetterCut';
}

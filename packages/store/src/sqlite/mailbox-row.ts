/**
 * A mailbox as its table has it.
 */
import { mailboxId, modseq, uid } from '../ids.ts';
import type { Mailbox, SpecialUse } from '../mailboxes.ts';

export interface MailboxRow {
  readonly id: number;
  readonly name: string;
  readonly specialUse: SpecialUse | null;
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly highestModseq: number;
}

/** Of the table `mailbox`. */
export const MAILBOX_COLUMNS = `
  mailbox.id, mailbox.name, mailbox.special_use AS specialUse, mailbox.uid_validity AS uidValidity,
  mailbox.uid_next AS uidNext, mailbox.highest_modseq AS highestModseq`;

export function readMailbox({ id, name, specialUse, uidValidity, uidNext, highestModseq }: MailboxRow): Mailbox {
  return {
    id: mailboxId(id), name, ...(specialUse === null ? {} : { specialUse }),
    uidValidity, uidNext: uid(uidNext), highestModseq: modseq(highestModseq),
  };
}

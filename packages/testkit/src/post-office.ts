/**
 * A post office in your test suite: `postOffice()` opens one in this process.
 *
 * Importing this loads next to nothing: the engine comes from disk with the first office.
 */
import type { PostOffice, PostOfficeOptions } from './office/office.ts';

export type { Duration } from './duration.ts';
export type { Door, ImapDoor, ImapLogin } from './office/address-book.ts';
export type { InboxOptions, PostOffice, PostOfficeOptions } from './office/office.ts';
export type { Envelope, Letter, Person, SessionFacts } from './letter/letter.ts';
export type { Link } from './letter/links.ts';
export type { Attachment } from './letter/mime.ts';
export type { Calendar } from './letter/calendar.ts';
export type { Unsubscribe } from './letter/unsubscribe.ts';
export type { Criteria, Fields } from './waiting/criteria.ts';
export type { Inbox, WaitOptions } from './waiting/inbox.ts';

/** Opens a post office on free ports of the loopback network; it keeps everything in memory. */
export async function postOffice(options: PostOfficeOptions = {}): Promise<PostOffice> {
  const { openOffice } = await import('./office/office.ts');
  return openOffice(options);
}

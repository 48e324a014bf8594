/**
 * A post office in your test suite: `postOffice()` opens one in this process.
 *
 * Importing this loads next to nothing: the engine comes from disk with the first office.
 */
import type { PostOffice } from './office/office.ts';
import type { PostOfficeOptions } from './office/options.ts';
import type { Town, TownOptions } from './town/town.ts';

export type { Duration } from './duration.ts';
export type { BounceOptions } from './conversation/bounce.ts';
export type { ComplaintOptions } from './conversation/complaint.ts';
export type { Sent } from './conversation/outgoing.ts';
export type { Writing } from './conversation/reply.ts';
export type { Attendance } from './conversation/rsvp.ts';
export type { Door, ImapDoor, ImapLogin } from './office/address-book.ts';
export type { InboxOptions, OfficeQueue, PostOffice } from './office/office.ts';
export type { Step } from './office/journey.ts';
export type { PostOfficeOptions } from './office/options.ts';
export type { Cut, FaultMatch, FaultRule } from './faults/fault-rule.ts';
export type { KitClock } from './clock/kit-clock.ts';
export type { KitWorld } from './world/world.ts';
export type { DomainOptions, MxHost, WorldDomain } from './world/domain.ts';
export type { Town, TownOptions } from './town/town.ts';
export type { TownHost, TownHostOptions } from './town/town-host.ts';
export { badCertificate, down, full, greylisting, type MxBehaviour, ok, rejecting, silent, slow, throttled, unreachable, withoutTls } from './world/behaviour.ts';
export type { Envelope, Letter, Person, SessionFacts } from './letter/letter.ts';
export type { Link } from './letter/links.ts';
export type { Attachment } from './letter/mime.ts';
export type { Calendar } from './letter/calendar.ts';
export type { Unsubscribe } from './letter/unsubscribe.ts';
export type { Criteria, Fields } from './waiting/criteria.ts';
export type { Inbox, WaitOptions } from './waiting/inbox.ts';

/** Opens a post office on free ports of the loopback network; it keeps everything in memory. */
export async function postOffice(options: PostOfficeOptions = {}): Promise<PostOffice> {
  const { openOffice } = await import('./office/open.ts');
  return openOffice(options);
}

/** A town: several mail hosts in one simulated world, with a clock that stands still until it is moved. */
export async function openTown(options: TownOptions = {}): Promise<Town> {
  const { Town } = await import('./town/town.ts');
  return new Town(options);
}

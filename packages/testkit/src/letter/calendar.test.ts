import { expect, test } from 'vitest';
import { readCalendar } from './calendar.ts';

const INVITATION = [
  'BEGIN:VCALENDAR', 'METHOD:REQUEST', 'BEGIN:VEVENT', 'UID:1@ash.test', 'SEQUENCE:2', 'SUMMARY:Tea\\, and',
  '  cake', 'DTSTART;TZID="Europe/Berlin":20260301T090000', 'DTEND:20260301T100000Z', 'LOCATION:Here\\nthere', 'ORGANIZER;CN=Ann:mailto:ann@ash.test',
  'ATTENDEE;CN="Eve: the one";PARTSTAT=ACCEPTED:mailto:eve@elm.test', 'ATTENDEE:MAILTO:bob@elm.test', 'END:VEVENT', 'END:VCALENDAR',
].join('\r\n');

test('an invitation says what, when, where and who', () => {
  expect(readCalendar(INVITATION)).toEqual({
    method: 'REQUEST', uid: '1@ash.test', sequence: 2, summary: 'Tea, and cake', start: '20260301T090000', end: '20260301T100000Z', location: 'Here\nthere',
    organizer: 'ann@ash.test', attendees: [{ address: 'eve@elm.test', status: 'ACCEPTED' }, { address: 'bob@elm.test', status: 'NEEDS-ACTION' }], raw: INVITATION,
  });
});

test('what is no calendar says nothing', () => {
  expect(readCalendar('hello')).toMatchObject({ method: '', uid: '', attendees: [] });
});

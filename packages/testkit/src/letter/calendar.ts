/**
 * Invitations: what a text/calendar part asks for.
 *
 * RFC 5545 (iCalendar), RFC 5546 (methods), RFC 6047 (by mail). Of the first event; the whole
 * text stays at hand for what is not read here.
 */

export interface Calendar {
  /** `REQUEST`, `CANCEL`, `REPLY` …; empty where there is none. */
  readonly method: string;
  readonly uid: string;
  readonly summary: string;
  readonly location: string;
  /** As written: `20260301T090000Z`. */
  readonly start: string;
  readonly end: string;
  readonly sequence: number;
  /** `local@domain`, without `mailto:`. */
  readonly organizer: string;
  readonly attendees: readonly { readonly address: string; readonly status: string }[];
  readonly raw: string;
}

interface Line {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly value: string;
}

export function readCalendar(raw: string): Calendar {
  const lines = linesOf(raw);
  const first = lines.findIndex(({ name, value }) => name === 'BEGIN' && value.toUpperCase() === 'VEVENT');
  const event = first === -1 ? lines : lines.slice(first, lines.findIndex(({ name }, at) => at > first && name === 'END'));
  const text = (name: string, among = event): string => unescaped(among.find((line) => line.name === name)?.value ?? '');
  return {
    method: text('METHOD', lines).toUpperCase(),
    uid: text('UID'),
    summary: text('SUMMARY'),
    location: text('LOCATION'),
    start: text('DTSTART'),
    end: text('DTEND'),
    sequence: Number(text('SEQUENCE')) || 0,
    organizer: addressOf(text('ORGANIZER')),
    attendees: event.filter(({ name }) => name === 'ATTENDEE').map(({ value, parameters }) => ({
      address: addressOf(value), status: parameters.get('PARTSTAT') ?? 'NEEDS-ACTION',
    })),
    raw,
  };
}

/** RFC 5545 §3.1: unfolded. */
function linesOf(raw: string): readonly Line[] {
  return raw.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/).flatMap((line) => {
    const match = /^([\w-]+)((?:;[\w-]+=(?:"[^"]*"|[^";:]*)(?:,(?:"[^"]*"|[^";:]*))*)*):(.*)$/.exec(line);
    if (match === null) return [];
    const [, name = '', parameters = '', value = ''] = match;
    const pairs = parameters.matchAll(/;([\w-]+)=("[^"]*"|[^;]*)/g);
    return [{
      name: name.toUpperCase(),
      parameters: new Map(Array.from(pairs, ([, key = '', its = '']) => [key.toUpperCase(), its.replaceAll('"', '')])),
      value,
    }];
  });
}

/** RFC 5545 §3.3.11. */
function unescaped(value: string): string {
  return value.replaceAll(/\\([\\;,nN])/g, (_, char: string) => (char.toLowerCase() === 'n' ? '\n' : char));
}

function addressOf(value: string): string {
  return value.replace(/^mailto:/i, '');
}

/**
 * Dates of letters: `Mon, 23 Nov 2026 23:41:43 +0000`.
 *
 * RFC 5322 §3.3 and what §4.3 asks us to understand still; also the order that ctime() writes.
 * Written with `-0000` only when asked to read: we always know our offset.
 */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Longer than any date with its comments has reason to be. */
const DATE_CHARS_MAX = 256;
const COMMENT_DEPTH_MAX = 16;

/** RFC 5322 §4.3: the old names, in hours; all others count as unknown, that is, as `-0000`. */
const ZONES: ReadonlyMap<string, number> = new Map([
  ['UT', 0], ['GMT', 0], ['UTC', 0], ['Z', 0],
  ['EDT', -4], ['EST', -5], ['CDT', -5], ['CST', -6], ['MDT', -6], ['MST', -7], ['PDT', -7], ['PST', -8],
]);

/** `[day-name,] 23 Nov 2026 23:41[:43] [zone]`; also with hyphens within the date. */
const LETTER_DATE = /^(?:[a-z]+\.?\s*,?\s*)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?[\s-]+(\d{2,4}),?\s+(\d{1,2})\s*:\s*(\d{2})(?:\s*:\s*(\d{2})(?:[.,]\d+)?)?\s*([+-]\d{4}|[a-z]+)?$/i;
/** `Mon Nov 23 23:41:43 2026`, with a zone before or after the year. */
const CTIME_DATE = /^(?:[a-z]+,?\s+)?([a-z]{3})[a-z]*\s+(\d{1,2})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s+(?:([+-]\d{4}|[a-z]+)\s+)?(\d{4})(?:\s+([+-]\d{4}|[a-z]+))?$/i;

/** The time that a Date field means, in milliseconds since 1970; `null` if it is not a date. */
export function parseDate(text: string): number | null {
  if (text.length > DATE_CHARS_MAX) return null;
  const plain = withoutComments(text).trim();
  const letter = LETTER_DATE.exec(plain);
  if (letter !== null) {
    const [, day, month, year, hour, minute, second, zone] = letter;
    return timeOf({ day, month, year, hour, minute, second, zone });
  }
  const ctime = CTIME_DATE.exec(plain);
  if (ctime === null) return null;
  const [, month, day, hour, minute, second, early, year, late] = ctime;
  return timeOf({ day, month, year, hour, minute, second, zone: early ?? late });
}

/** Writes a time, in milliseconds since 1970, as seen `offsetMinutes` east of Greenwich. Years 1900 to 9999. */
export function formatDate(ms: number, offsetMinutes = 0): string {
  const there = new Date(ms + offsetMinutes * 60_000);
  const day = DAYS[there.getUTCDay()] ?? '';
  const month = MONTHS[there.getUTCMonth()] ?? '';
  const time = [there.getUTCHours(), there.getUTCMinutes(), there.getUTCSeconds()].map((part) => padded(part, 2)).join(':');
  const offset = Math.abs(offsetMinutes);
  const zone = `${offsetMinutes < 0 ? '-' : '+'}${padded(Math.floor(offset / 60), 2)}${padded(offset % 60, 2)}`;
  return `${day}, ${there.getUTCDate()} ${month} ${padded(there.getUTCFullYear(), 4)} ${time} ${zone}`;
}

interface Words {
  readonly day: string | undefined;
  readonly month: string | undefined;
  readonly year: string | undefined;
  readonly hour: string | undefined;
  readonly minute: string | undefined;
  readonly second: string | undefined;
  readonly zone: string | undefined;
}

function timeOf(words: Words): number | null {
  const month = MONTHS.findIndex((name) => name.toLowerCase() === words.month?.toLowerCase());
  const year = fullYear(words.year ?? '');
  const day = Number(words.day);
  const hour = Number(words.hour);
  const minute = Number(words.minute);
  const second = Number(words.second ?? 0);
  // RFC 5322 §3.3: a leap second is allowed.
  if (month === -1 || hour > 23 || minute > 59 || second > 60) return null;
  const midnight = Date.UTC(year, month, day);
  // A thirtieth of February is no date; Date.UTC would make it a second of March.
  if (day < 1 || new Date(midnight).getUTCDate() !== day) return null;
  const offset = offsetOf(words.zone);
  return offset === null ? null : midnight + ((hour * 60 + minute - offset) * 60 + second) * 1000;
}

/** RFC 5322 §4.3: two digits below 50 are of this century, other two and all three digits count from 1900. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return digits.length === 3 ? 1900 + year : year;
}

/** Minutes east of Greenwich; `null` for an offset that no clock has. */
function offsetOf(zone: string | undefined): number | null {
  if (zone === undefined) return 0;
  const digits = /^([+-])(\d{2})(\d{2})$/.exec(zone);
  if (digits === null) return (ZONES.get(zone.toUpperCase()) ?? 0) * 60;
  if (Number(digits[3]) > 59) return null;
  const offset = Number(digits[2]) * 60 + Number(digits[3]);
  return digits[1] === '-' ? -offset : offset;
}

/** RFC 5322 §3.2.2: comments nest, and may hold quoted parentheses. */
function withoutComments(text: string): string {
  if (!text.includes('(')) return text;
  let plain = '';
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? '';
    if (char === '\\' && depth > 0) index++;
    else if (char === '(' && depth < COMMENT_DEPTH_MAX) depth++;
    else if (char === ')' && depth > 0) {
      depth--;
      plain += ' ';
    } else if (depth === 0) plain += char;
  }
  return plain;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

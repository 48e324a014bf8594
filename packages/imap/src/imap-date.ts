/**
 * Dates as IMAP writes them, which is not as letters do.
 *
 * RFC 9051 §9: date, date-time; the date-time of INTERNALDATE and APPEND has a zone.
 */
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MINUTE = 60_000;

/** `1-Feb-1994` as midnight UTC, in milliseconds since 1970. Undefined: no such date. */
export function parseDate(text: string): number | undefined {
  const [, day, month, year] = /^(\d{1,2})-([a-z]{3})-(\d{4})$/i.exec(text) ?? [];
  return midnight(day, month, year);
}

/** ` 7-Feb-1994 21:52:25 -0800`, in milliseconds since 1970. Undefined: malformed or no such time. */
export function parseDateTime(text: string): number | undefined {
  const found = /^([ \d]\d)-([a-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/i.exec(text);
  if (found === null) return undefined;
  const [, day, month, year, hour, minute, second, sign, zoneHour, zoneMinute] = found;
  const date = midnight(day, month, year);
  // RFC 5322 §3.3: second 60 may be a leap second.
  if (date === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60 || Number(zoneMinute) > 59) return undefined;
  const zone = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -1 : 1);
  return date + ((Number(hour) * 60 + Number(minute) - zone) * 60 + Number(second)) * 1000;
}

/** In quotes; whole seconds, of the zone given. */
export function formatDateTime(ms: number, offsetMinutes = 0): string {
  const date = new Date(ms + offsetMinutes * MINUTE);
  const two = (value: number): string => String(value).padStart(2, '0');
  const month = MONTHS[date.getUTCMonth()] ?? '';
  const day = `${String(date.getUTCDate()).padStart(2)}-${month.charAt(0).toUpperCase()}${month.slice(1)}-${String(date.getUTCFullYear()).padStart(4, '0')}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const zone = Math.abs(offsetMinutes);
  return `"${day} ${time} ${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(zone / 60))}${two(zone % 60)}"`;
}

function midnight(day: string | undefined, month: string | undefined, year: string | undefined): number | undefined {
  const monthIndex = MONTHS.indexOf((month ?? '').toLowerCase());
  const ms = new Date(0).setUTCFullYear(Number(year), monthIndex, Number(day));
  const isReal = monthIndex >= 0 && new Date(ms).getUTCDate() === Number(day) && new Date(ms).getUTCMonth() === monthIndex;
  return isReal ? ms : undefined;
}

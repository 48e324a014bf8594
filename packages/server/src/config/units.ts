/**
 * Quantities as people write them in a configuration: `5m`, `50MB`, `127.0.0.2:25`, `unix:/run/x`.
 */
import { isIP } from 'node:net';
import type { Milliseconds } from '@posthorn/world/clock.ts';
import type { Endpoint } from '@posthorn/world/net.ts';

const DURATION_UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1, B: 1, kB: 1000, KB: 1000, MB: 1_000_000, GB: 1_000_000_000, TB: 1_000_000_000_000, KiB: 1024, MiB: 1_048_576, GiB: 1_073_741_824, TiB: 1_099_511_627_776,
};

/** `90s`, `5m`, `1h`, `5d`; undefined if it is not one. */
export function parseDuration(text: string): Milliseconds | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const scale = DURATION_UNITS[unit ?? ''];
  return count === undefined || scale === undefined ? undefined : Number(count) * scale;
}

/** `50MB`, `1GiB`, `1000`: octets; undefined if it is not a size. */
export function parseSize(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,9}) ?([A-Za-z]*)$/.exec(text) ?? [];
  const scale = SIZE_UNITS[unit ?? ''];
  return count === undefined || scale === undefined ? undefined : Number(count) * scale;
}

/** `192.0.2.1:25`, `[2001:db8::1]:25`, `unix:/path`; undefined if it is none of them. */
export function parseEndpoint(text: string): Endpoint | undefined {
  if (text.startsWith('unix:')) return text.length > 5 ? { path: text.slice(5) } : undefined;
  const [, v6, v4, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? v4;
  const port = Number(digits);
  if (host === undefined || isIP(host) !== (v6 === undefined ? 4 : 6) || port > 65_535) return undefined;
  return { host, port };
}

/** The reverse of `parseEndpoint`. */
export function formatEndpoint(endpoint: Endpoint): string {
  if ('path' in endpoint) return `unix:${endpoint.path}`;
  return endpoint.host.includes(':') ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`;
}

/** `10.0.0.0/8`, `::1/128`, or a bare address; undefined if it is none of them. */
export function parseNetwork(text: string): string | undefined {
  const [host, bits, ...rest] = text.split('/');
  const version = isIP(host ?? '');
  if (version === 0 || rest.length > 0 || host === undefined) return undefined;
  const most = version === 4 ? 32 : 128;
  if (bits === undefined) return `${host}/${most}`;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? text : undefined;
}

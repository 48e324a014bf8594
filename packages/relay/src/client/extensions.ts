/**
 * What the other host says it can, read from its answer to EHLO. RFC 5321 §4.1.1.1.
 */
import type { Reply } from './reply.ts';

export interface Extensions {
  /** Its name, as it gives it. */
  readonly name: string;
  readonly hasStartTls: boolean;
  readonly hasPipelining: boolean;
  readonly hasEightBitMime: boolean;
  readonly hasSmtpUtf8: boolean;
  readonly hasDsn: boolean;
  readonly hasRequireTls: boolean;
  /** SASL mechanisms, upper case (RFC 4954 §3). */
  readonly mechanisms: readonly string[];
  /** Whether it takes the SIZE parameter (RFC 1870). */
  readonly hasSize: boolean;
  /** The largest letter it takes, in octets; 0 where it does not say (RFC 1870 §4). */
  readonly sizeMax: number;
}

/** After HELO nothing is offered. */
export function extensionsOf(reply: Reply, greeting: 'EHLO' | 'HELO'): Extensions {
  const offered = new Map<string, string>();
  for (const line of greeting === 'EHLO' ? reply.lines.slice(1) : []) {
    // `AUTH=LOGIN` is an old misspelling that some hosts still send beside the right one.
    const [keyword = '', ...rest] = line.trim().split(/[ =]+/);
    const key = keyword.toUpperCase();
    offered.set(key, [offered.get(key) ?? '', ...rest].join(' ').trim());
  }
  const size = offered.get('SIZE') ?? '';
  return {
    name: (reply.lines[0] ?? '').trim().split(' ')[0] ?? '',
    hasStartTls: offered.has('STARTTLS'),
    hasPipelining: offered.has('PIPELINING'),
    hasEightBitMime: offered.has('8BITMIME'),
    hasSmtpUtf8: offered.has('SMTPUTF8'),
    hasDsn: offered.has('DSN'),
    hasRequireTls: offered.has('REQUIRETLS'),
    mechanisms: [...new Set((offered.get('AUTH') ?? '').toUpperCase().split(' ').filter((name) => name !== ''))],
    hasSize: offered.has('SIZE'),
    sizeMax: /^\d{1,15}$/.test(size) ? Number(size) : 0,
  };
}

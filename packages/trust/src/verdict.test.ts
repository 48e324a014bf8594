import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Findings } from './findings.ts';
import { writeVerdict } from './verdict.ts';

/** What strangers may try: our own words, quotes, comments, folds, long ones, other scripts. */
const text = fc.array(fc.constantFrom('a', 'elm.test', '@', '"', '\\', '(', ')', ';', '=', ' ', '\r\n', '\n ', '\t', '\0', 'é', '茶', 'dmarc=pass', '/', ':', 'x'.repeat(300)), { maxLength: 8 }).map((pieces) => pieces.join(''));

const findings: fc.Arbitrary<Findings> = fc.record({
  spf: fc.record({ result: fc.constantFrom('pass', 'fail', 'none'), domain: text }),
  dkim: fc.array(fc.record({
    result: fc.constantFrom('pass', 'fail', 'neutral'), domain: text, selector: text, algorithm: text, signature: text, reason: text,
  }), { maxLength: 3 }),
  dmarc: fc.record({ result: fc.constantFrom('pass', 'fail', 'none'), domain: text, policy: fc.constantFrom('none', 'reject'), reason: text }),
});

test('A verdict is two well-formed fields that say what was found, whatever strangers wrote', () => {
  fc.assert(fc.property(findings, text, text, text, (found, name, heloName, sender) => {
    const { header } = writeVerdict(found, { result: 'pass', name }, { remoteAddress: '192.0.2.1', heloName, sender, hostname: 'mx.elm.test' });
    const lines = header.toString('latin1').split('\r\n');
    expect(lines.pop()).toBe('');
    // RFC 5322 §2.1.1: no line of more than 998 octets; and nothing but ASCII without controls.
    expect(lines.every((line) => line.length <= 998 && /^[\x20-\x7e]+$/.test(line))).toBe(true);
    expect(lines.filter((line) => !line.startsWith(' ')).map((line) => line.slice(0, line.indexOf(':')))).toStrictEqual(['Authentication-Results', 'Received-SPF']);
    const bare = header.toString('latin1').replaceAll(/"(?:[^"\\]|\\.)*"/g, 'Q').replaceAll(/\([^()]*\)/g, '');
    expect(bare).not.toMatch(/["()\\]/);
    expect(bare.match(/(?<![.\w])(?:spf|dkim|dmarc|iprev)=\w+/g)).toStrictEqual([
      `spf=${found.spf.result}`,
      ...(found.dkim.length === 0 ? ['dkim=none'] : found.dkim.map(({ result }) => `dkim=${result}`)),
      `dmarc=${found.dmarc.result}`,
      'iprev=pass',
    ]);
  }), { numRuns: 10_000 });
});

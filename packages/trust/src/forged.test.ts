import { describe, expect, test } from 'vitest';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { forgedRanges } from './forged.ts';

/** What is left of a header when the forged fields are cut. */
function kept(...lines: readonly string[]): readonly string[] {
  const header = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  let left = header.toString('latin1');
  for (const { start, end } of forgedRanges(header, 'mx.elm.test').toReversed()) left = left.slice(0, start) + left.slice(end);
  return left.trimEnd().split('\r\n').filter((line) => line !== '');
}

describe('What a letter must not bring along', () => {
  test.each([
    'Authentication-Results: mx.elm.test; spf=pass',
    'authentication-results:MX.ELM.TEST;spf=pass',
    'Authentication-Results : mx.elm.test; spf=pass',
    'Authentication-Results: mx.elm.test 1; spf=pass',
    'Authentication-Results: mx.elm.test/1; none'.replace('/', ' '),
    'Authentication-Results: (a comment) mx.elm.test (another); spf=pass',
    'Authentication-Results: (nested (twice) \\) done) mx.elm.test; spf=pass',
    'Authentication-Results: "mx.elm.test"; spf=pass',
    'Authentication-Results: "mx.elm\\.test"; spf=pass',
    'Authentication-Results:\r\n mx.elm.test;\r\n spf=pass\r\n smtp.mailfrom=ash.test',
    'Authentication-Results:\r\n\t(\r\n\tfolded\r\n\t)\r\n\tmx.elm.test; none',
    'Authentication-Results: mx.elm.test.; spf=pass',
    'Authentication-Results: mx.elm.test',
    'Authentication-Results: (never ends mx.ash.test; spf=pass',
    'Authentication-Results:',
    'Return-Path: <boss@elm.test>',
    'RETURN-PATH:<>',
  ])('is cut: %s', (field) => {
    expect(kept('Received: by x', field, 'From: ann@ash.test')).toStrictEqual(['Received: by x', 'From: ann@ash.test']);
  });

  test.each([
    'Authentication-Results: mx.ash.test; spf=pass',
    'Authentication-Results: ash.test (mx.elm.test); spf=pass',
    'Authentication-Results: mx.elm.test.ash.test; spf=pass',
    'ARC-Authentication-Results: i=1; mx.elm.test; spf=pass',
    'X-Return-Path: <boss@elm.test>',
  ])('is something else: %s', (field) => {
    expect(kept('Received: by x', field, 'From: ann@ash.test')).toHaveLength(3);
  });

  test('is not looked for in the body', () => {
    const letter = Buffer.from('From: ann@ash.test\r\n\r\nReturn-Path: <x@ash.test>\r\n');
    expect(forgedRanges(letter, 'mx.elm.test')).toStrictEqual([]);
  });

  test('is found in 100,000 random headers without ever touching another field', () => {
    const random = seededRandom(8601);
    const pieces = ['Authentication-Results', ':', ' ', '(', ')', '\\', '"', 'mx.elm.test', ';', '\r\n ', '\r\n', 'Return-Path', 'From: x', 'é'];
    let cuts = 0;
    for (let round = 0; round < 100_000; round += 1) {
      let text = '';
      for (let count = round % 12; count >= 0; count -= 1) text += pieces[Math.floor(random.fraction() * pieces.length)] ?? '';
      const header = Buffer.from(text);
      let before = 0;
      for (const { start, end } of forgedRanges(header, 'mx.elm.test')) {
        if (start < before || end <= start || end > header.length || !/^(authentication-results|return-path)/i.test(header.toString('latin1', start, end))) {
          throw new Error(`cuts ${start} to ${end} of ${JSON.stringify(text)}`);
        }
        before = end;
        cuts += 1;
      }
    }
    expect(cuts).toBeGreaterThan(100);
  });
});

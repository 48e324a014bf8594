import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeaderReader } from './header-reader.ts';

function read(chunks: readonly string[]): { readonly header: string; readonly body: string } {
  const reader = new HeaderReader();
  let header: string | undefined;
  let body = '';
  for (const chunk of chunks) {
    if (header !== undefined) body += chunk;
    else {
      const found = reader.push(Buffer.from(chunk));
      header = found?.header.toString();
      body += found?.body.toString() ?? '';
    }
  }
  return { header: header ?? reader.end().toString(), body };
}

test.each([
  ['A: b\r\n\r\nbody', 'A: b\r\n\r\n', 'body'],
  ['\r\nbody\r\n\r\nmore', '\r\n', 'body\r\n\r\nmore'],
  ['A: b\r\n', 'A: b\r\n', ''],
  ['A: b\n\nc\r\n\r\nbody', 'A: b\n\nc\r\n\r\n', 'body'],
  ['A: b\r\n\r\r\n\r\nbody', 'A: b\r\n\r\r\n\r\n', 'body'],
  ['', '', ''],
])('the header of %j is %j', (letter, header, body) => {
  expect(read([letter])).toStrictEqual({ header, body });
});

test('a letter cut anywhere has the same header, 100,000 times', () => {
  const letters = fc.array(fc.constantFrom('\r', '\n', '\r\n', '\r\n\r\n', 'a', ': '), { maxLength: 12 }).map((pieces) => pieces.join(''));
  fc.assert(fc.property(letters, fc.nat(20), (letter, cut) => {
    const whole = read([letter]);
    expect(`${whole.header}${whole.body}`).toBe(letter);
    expect(read([letter.slice(0, cut), letter.slice(cut)])).toStrictEqual(whole);
  }), { numRuns: 100_000 });
});

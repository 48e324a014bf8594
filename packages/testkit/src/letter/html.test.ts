import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { readHtml } from './html.ts';

test('blocks are lines, white space is one space, and what nobody sees is left out', () => {
  const { text } = readHtml('<html><head><title>T</title><style>p{}</style></head><body><h1>Hello&nbsp;Ann</h1><p>one\n two<br>three</p><script>x()</script><table><tr><td>a<td>b</table></body>');
  expect(text).toBe('Hello Ann\n\none two\nthree\n\na b');
});

test('images have their alternative text, or none', () => {
  const { images } = readHtml('<img src="cid:1" alt=""><img src="https://t.test/p.gif" width=1 height=1>');
  expect(images).toEqual([
    { source: 'cid:1', alternative: '', width: undefined, height: undefined },
    { source: 'https://t.test/p.gif', alternative: null, width: '1', height: '1' },
  ]);
});

test('whatever the octets are, there is a view of them', () => {
  const piece = constantFrom('<a href="x">', '</a>', '<', '>', '&amp', '&#x0;', '<!--', '-->', '<script>', '</script>', '"', 'text', '<p', ' ', '\u0000');
  assert(property(array(piece, { maxLength: 40 }), (pieces) => {
    expect(typeof readHtml(pieces.join('')).text).toBe('string');
  }), { numRuns: 200 });
});

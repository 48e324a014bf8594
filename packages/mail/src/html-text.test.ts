import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { htmlToText } from './html-text.ts';

it.each([
  ['<p>Hello <b>Eve</b>,</p><p>your code is&nbsp;<i>123456</i>.</p>', 'Hello Eve,\n\nyour code is\u00a0123456.'],
  ['<head><title>no</title><style>p { color: red }</style></head><body>yes</body>', 'yes'],
  ['<script>alert("<p>no</p>")</script>yes', 'yes'],
  ['a<!-- no --> b<br>c', 'a b\nc'],
  ['<td>one</td><td>two</td>', 'one two'],
  ['1 < 2 &amp;&amp; 3 &gt; 2', '1 < 2 && 3 > 2'],
  ['<a title="a > b" href=\'x\'>link</a>', 'link'],
  ['&#71;r&#xfc;&szlig;e &unknown; &#0;', 'Grüße &unknown; \ufffd'],
  ['&lt;script&gt;', '<script>'],
  ['line\n  of\ttext', 'line of text'],
  ['<style>never closed', ''],
  ['unfinished <b', 'unfinished'],
  ['<>', '<>'],
])('reads %s', (html, text) => {
  expect(htmlToText(html)).toBe(text);
});

it('never throws, and leaves text without markup as it is', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom('<', '>', '"', "'", '&', ';', '!--', '-->', '</', 'script', 'p', ' ', '\n', '#x', '41', 'amp')).map((all) => all.join('')), (html) => {
    expect(typeof htmlToText(html)).toBe('string');
  }));
  fc.assert(fc.property(fc.stringMatching(/^[a-z]+( [a-z]+)*$/), (text) => {
    expect(htmlToText(text)).toBe(text);
  }));
});

it('takes no longer than its length, whatever is never closed', () => {
  for (const piece of ['<', '<!--', '<a "', '<script>', '<svg><', '&#']) expect(htmlToText(piece.repeat(100_000)).length).toBeLessThanOrEqual(piece.length * 100_000);
});

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { htmlTags, linksIn } from './html-tags.ts';

it('finds tags with their attributes and the text behind them', () => {
  const tags = htmlTags('<!-- <b> --><A HREF="https://a.test/?x=1&amp;y=2" title=\'a > b\' hidden>go</a><img alt=pic src=x><style>b { } </style>');
  expect(tags.map(({ name, isClosing, text }) => [name, isClosing, text])).toEqual([['a', false, 'go'], ['a', true, ''], ['img', false, ''], ['style', false, 'b { } '], ['style', true, '']]);
  expect([...tags[0]?.attributes ?? []]).toEqual([['href', 'https://a.test/?x=1&y=2'], ['title', 'a > b'], ['hidden', '']]);
});

it('finds links once each, in HTML and text, and only those of the web', () => {
  expect(linksIn({ html: '<a href="https://a.test/x">x</a><a href="mailto:x@y.test"><img src="http://b.test/i.png"><a href="javascript:x">', text: 'See https://a.test/x, or https://c.test/y.' }))
    .toEqual(['https://a.test/x', 'http://b.test/i.png', 'https://c.test/y']);
});

it('never throws', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom('<', '>', '"', "'", '=', 'a', '/', ' ', '<!--', '-->', 'style', 'href')).map((all) => all.join('')), (html) => {
    expect(Array.isArray(htmlTags(html))).toBe(true);
  }));
});

it('takes no longer than its length', () => {
  for (const piece of ['<a ', '<a "', '<!--', "<a b='", '<style>']) expect(htmlTags(piece.repeat(20_000)).length).toBeLessThan(20_001);
});

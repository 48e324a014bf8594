import { expect, test } from 'vitest';
import { readHtml } from './html.ts';
import { linksOf } from './links.ts';

function urls(text: string): readonly string[] {
  return linksOf({ html: [], text }).map(({ url }) => url);
}

test('a link in text ends before the punctuation of its sentence', () => {
  expect(urls('See https://shop.test/a?b=c&d=e. Or (https://shop.test/x_(y)), <https://shop.test/z>, “https://shop.test/q!”.'))
    .toEqual(['https://shop.test/a?b=c&d=e', 'https://shop.test/x_(y)', 'https://shop.test/z', 'https://shop.test/q']);
});

test('a link of another scheme is one too', () => {
  expect(urls('Open myapp://verify/123 on your phone')).toEqual(['myapp://verify/123']);
});

test('a link in HTML has its words, or those of its image', () => {
  const { links } = readHtml('<a href="https://shop.test/?a=1&amp;b=2"><b>Verify</b>\n  now</a><a href=https://shop.test/i><img src=x alt="Shop"></a><a name=x>no</a>');
  expect(links).toEqual([{ url: 'https://shop.test/?a=1&b=2', text: 'Verify now' }, { url: 'https://shop.test/i', text: 'Shop' }]);
});

test('a link that the text part repeats is told once', () => {
  const links = linksOf({ html: [{ url: 'https://shop.test/v', text: 'Verify' }, { url: '#top', text: 'Up' }], text: 'https://shop.test/v https://shop.test/w' });
  expect(links).toEqual([
    { url: 'https://shop.test/v', text: 'Verify', in: 'html' },
    { url: 'https://shop.test/w', text: 'https://shop.test/w', in: 'text' },
  ]);
});

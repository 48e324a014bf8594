import { expect, test } from 'vitest';
import { formatAddress } from './address.ts';
import { parsePath } from './path.ts';
import { noise } from './testing/noise.ts';

test('a path is an address in angle brackets, and parameters follow', () => {
  expect(parsePath('<ann@ash.test> SIZE=100')).toEqual({ path: { localPart: 'ann', domain: 'ash.test' }, rest: ' SIZE=100' });
  expect(parsePath('<"a>b\\">"@ash.test>')).toEqual({ path: { localPart: 'a>b">', domain: 'ash.test' }, rest: '' });
  expect(parsePath('<ann@[IPv6:2001:db8::1]>')?.path).toEqual({ localPart: 'ann', domain: '[IPv6:2001:db8::1]' });
});

test('the null path has nobody in it', () => {
  expect(parsePath('<> BODY=8BITMIME')).toEqual({ path: null, rest: ' BODY=8BITMIME' });
});

test('the postmaster needs no domain, in any case of letters', () => {
  expect(parsePath('<Postmaster>')).toEqual({ path: 'postmaster', rest: '' });
  expect(parsePath('<POSTMASTER> NOTIFY=NEVER')).toEqual({ path: 'postmaster', rest: ' NOTIFY=NEVER' });
  expect(parsePath('<postmaster@ash.test>')?.path).toEqual({ localPart: 'postmaster', domain: 'ash.test' });
});

test('a source route is read and forgotten', () => {
  const ann = { localPart: 'ann', domain: 'ash.test' };
  expect(parsePath('<@one.test:ann@ash.test>')?.path).toEqual(ann);
  expect(parsePath('<@one.test,@two.test:ann@ash.test>')?.path).toEqual(ann);
  expect(parsePath('<@[IPv6:::1],@[192.0.2.1]:ann@ash.test>')?.path).toEqual(ann);
  expect(parsePath('<@one..test:ann@ash.test>')).toBeUndefined();
  expect(parsePath('<@one.test,two.test:ann@ash.test>')).toBeUndefined();
  expect(parsePath('<@one.test:>')).toBeUndefined();
});

test('a space before the path is forgiven', () => {
  expect(parsePath('  <ann@ash.test>')?.path).toEqual({ localPart: 'ann', domain: 'ash.test' });
});

test.each(['', ' ', 'ann@ash.test', '<ann@ash.test', '<ann>', '< >', '<"ann@ash.test>', 'x<ann@ash.test>', '<ann@ash.test\r\n>', '<<ann@ash.test>>', '<postmaster@>'])('%j is no path', (text) => {
  expect(parsePath(text)).toBeUndefined();
});

test('no text makes the parser stumble, and a path stays what it is', () => {
  const pieces = ['<', '<', '>', 'ann', '<ann', '@ash.test>', '@', '@ash.test', ':', ',', '"', '\\', ' ', 'SIZE=1', 'postmaster', '[192.0.2.1]', 'ü', '\0'];
  let paths = 0;
  let wrong: string | undefined;
  for (const text of noise({ seed: 4, pieces, piecesMax: 9 })) {
    const read = parsePath(text);
    if (read === undefined || read.path === null || read.path === 'postmaster') continue;
    paths++;
    const again = parsePath(`<${formatAddress(read.path)}>${read.rest}`);
    if (JSON.stringify(again) !== JSON.stringify(read)) wrong ??= `lost: ${text}`;
  }
  expect(paths).toBeGreaterThan(100);
  expect(wrong).toBeUndefined();
});

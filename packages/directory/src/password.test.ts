import { expect, it } from 'vitest';
import { PASSWORD_OCTETS_MAX, saslPrepared } from './password.ts';

it('takes what can be typed in two ways for one (RFC 4013 §3)', () => {
  expect(saslPrepared('I\u00adX')).toBe('IX');
  expect(saslPrepared('user')).toBe('user');
  expect(saslPrepared('USER')).toBe('USER');
  expect(saslPrepared('\u00aa')).toBe('a');
  expect(saslPrepared('\u2168')).toBe('IX');
  expect(saslPrepared('a\u3000b')).toBe('a b');
  expect(saslPrepared('p\u00e4ss \u{1f511}')).toBe('pa\u0308ss \u{1f511}'.normalize('NFC'));
});

it('refuses control characters, halves of surrogate pairs, nothing, and too much', () => {
  for (const text of ['', '\u00ad', 'a\u0007', 'a\u0000', '\u007f', 'a\ud800', 'x'.repeat(PASSWORD_OCTETS_MAX + 1)]) expect(saslPrepared(text)).toBeUndefined();
  expect(saslPrepared('x'.repeat(PASSWORD_OCTETS_MAX))).toHaveLength(PASSWORD_OCTETS_MAX);
});

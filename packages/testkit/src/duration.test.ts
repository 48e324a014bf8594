import { expect, test } from 'vitest';
import { milliseconds, told } from './duration.ts';

test('a length of time has a unit, or is in milliseconds', () => {
  expect([milliseconds(250), milliseconds('2s'), milliseconds('1.5 m'), milliseconds('6h'), milliseconds('5d')])
    .toEqual([250, 2000, 90_000, 21_600_000, 432_000_000]);
});

test('what is no length of time is refused with an example', () => {
  const odd: string = '5 parsecs';
  expect(() => milliseconds(odd as '5s')).toThrow(/"5 parsecs" is no length of time: write 250, '2s'/);
  expect(() => milliseconds(-1)).toThrow(TypeError);
});

test('is told in its largest unit', () => {
  expect([told(0), told(999), told(1500), told(432_000_000)]).toEqual(['0 ms', '999 ms', '1.5 s', '5 d']);
});

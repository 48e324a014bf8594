import { expect, test } from 'vitest';
import { parseEsmtpParameters } from './esmtp-parameters.ts';
import { noise } from './testing/noise.ts';

test('parameters are keywords, some with a value', () => {
  expect(parseEsmtpParameters(' SIZE=1000 body=8BITMIME SmtpUtf8')).toEqual(new Map([['SIZE', '1000'], ['BODY', '8BITMIME'], ['SMTPUTF8', null]]));
  expect(parseEsmtpParameters('')).toEqual(new Map());
  expect(parseEsmtpParameters(' AUTH=<>')).toEqual(new Map([['AUTH', '<>']]));
});

test('spaces too many are forgiven', () => {
  expect(parseEsmtpParameters('  SIZE=1   SMTPUTF8  ')).toEqual(new Map([['SIZE', '1'], ['SMTPUTF8', null]]));
});

test('a value may be beyond ASCII', () => {
  expect(parseEsmtpParameters(' ORCPT=utf-8;jürgen@ash.test')?.get('ORCPT')).toBe('utf-8;jürgen@ash.test');
});

test.each(['SIZE=1', ' SIZE=', ' =1', ' SIZE=1=2', ' SIZE=1\t', ' -SIZE', ' SIZE=1 SIZE=2', ' SIZE=1 size=1', ' A\r\nB', ' SI_ZE=1'])('%j is malformed', (rest) => {
  expect(parseEsmtpParameters(rest)).toBeUndefined();
});

test('there is an end to parameters', () => {
  const many = (count: number): string => Array.from({ length: count }, (_, index) => ` X${index}`).join('');
  expect(parseEsmtpParameters(many(32))?.size).toBe(32);
  expect(parseEsmtpParameters(many(33))).toBeUndefined();
});

test('no text makes the parser stumble, and what is read can be written and read again', () => {
  let read = 0;
  let wrong: string | undefined;
  for (const text of noise({ seed: 5, pieces: [' ', ' ', 'SIZE', 'a', 'b', '=', '1', '-', 'ü', '\0', '\t'], piecesMax: 10 })) {
    const parameters = parseEsmtpParameters(text);
    if (parameters === undefined || parameters.size === 0) continue;
    read++;
    const written = Array.from(parameters, ([key, value]) => ` ${key}${value === null ? '' : `=${value}`}`).join('');
    if (JSON.stringify([...parseEsmtpParameters(written) ?? []]) !== JSON.stringify([...parameters])) wrong ??= `lost: ${text}`;
  }
  expect(read).toBeGreaterThan(1000);
  expect(wrong).toBeUndefined();
});

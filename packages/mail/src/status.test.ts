import { expect, test } from 'vitest';
import { describeStatus, formatStatus, parseStatus, statusOfReply } from './status.ts';
import { noise } from './testing/noise.ts';

test('a status is three numbers', () => {
  expect(parseStatus('5.1.1')).toEqual({ class: 5, subject: 1, detail: 1 });
  expect(parseStatus('4.7.999')).toEqual({ class: 4, subject: 7, detail: 999 });
  expect(parseStatus('2.0.0')).toEqual({ class: 2, subject: 0, detail: 0 });
});

test.each(['', '5', '5.1', '5.1.1.1', '3.1.1', '5.01.1', '5.1.1000', ' 5.1.1', '5.1.1 ', '5.1.x', '-5.1.1'])('%j is no status', (text) => {
  expect(parseStatus(text)).toBeUndefined();
});

test('a reply has the status that it names, if that agrees with its code', () => {
  expect(formatStatus(statusOfReply(550, '5.1.1 No such user'))).toBe('5.1.1');
  expect(formatStatus(statusOfReply(250, '2.1.5 Ok'))).toBe('2.1.5');
  expect(formatStatus(statusOfReply(550, 'No such user'))).toBe('5.0.0');
  expect(formatStatus(statusOfReply(450, '5.1.1 What now?'))).toBe('4.0.0');
  expect(formatStatus(statusOfReply(250, ''))).toBe('2.0.0');
});

test('a status says something to a person, known or not', () => {
  const said = (text: string): string => {
    const status = parseStatus(text);
    return status === undefined ? '' : describeStatus(status);
  };
  expect(said('5.1.1')).toBe('there is no such mailbox');
  expect(said('4.2.2')).toBe('the mailbox is full');
  expect(said('5.7.999')).toBe('the letter was not allowed in');
  expect(said('5.99.1')).not.toBe('');
});

test('no text makes the parser stumble, and a status is read as it was written', () => {
  let wrong: string | undefined;
  for (const text of noise({ seed: 7, pieces: ['5', '4', '2', '.', '.', '0', '1', '12', ' '], piecesMax: 6 })) {
    const status = parseStatus(text);
    if (status !== undefined && formatStatus(status) !== text) wrong ??= text;
  }
  expect(wrong).toBeUndefined();
});

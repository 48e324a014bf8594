import { expect, test } from 'vitest';
import { baseSubject } from './base-subject.ts';

test.each([
  ['Hello', 'Hello', false], ['Re: Hello', 'Hello', true], ['RE:  re : Fwd: Hello', 'Hello', true], ['fw: Hello', 'Hello', true],
  ['Re[2]: Hello', 'Hello', true], ['[list] Re: [list] Hello', 'Hello', true], ['[list] Hello (fwd)', 'Hello', true], ['Hello  (FWD) ', 'Hello', true],
  ['[fwd: Hello]', 'Hello', true], ['[Fwd: Re: [x] Hello]', 'Hello', true], ['[only a blob]', '[only a blob]', false], ['[a] [b]', '[b]', false],
  ['Regarding: x', 'Regarding: x', false], ['Re: ', '', true], ['', '', false], ['  two\r\n  lines ', 'two lines', false],
])('RFC 5256 §2.1: %j is about %j', (subject, text, isReply) => {
  expect(baseSubject(subject)).toEqual({ text, isReply });
});

test('a subject of nothing but marks takes no time', () => {
  expect(baseSubject('Re: '.repeat(20_000)).isReply).toBe(true);
  expect(baseSubject('['.repeat(50_000)).text).toHaveLength(50_000);
  expect(baseSubject(`${'[a]'.repeat(20_000)}x`).isReply).toBe(false);
});

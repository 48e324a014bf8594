import { expect, test } from 'vitest';
import { AFTER_LOGIN, BEFORE_LOGIN, CommandReader, type ReaderEvent, type ReaderLimits } from './command-reader.ts';
import { chances, hear, lines } from './testing/dialogue.ts';

test('RFC 3501 §6.2.3 and §4.3: a login by literals waits for "+" before each of them', () => {
  expect(hear(lines('A001 LOGIN {11}', 'FRED FOOBAR {7}', 'fat man')).events).toEqual([
    { kind: 'continue', text: 'Ready for the literal' },
    { kind: 'continue', text: 'Ready for the literal' },
    { kind: 'command', tag: 'A001', command: { name: 'LOGIN', user: 'FRED FOOBAR', password: 'fat man' } },
  ]);
});

test('RFC 3501 §6.4.4: a search for a literal in UTF-8', () => {
  expect(hear(lines('A284 SEARCH CHARSET UTF-8 TEXT {6}', '台北')).events).toEqual([
    { kind: 'continue', text: 'Ready for the literal' },
    { kind: 'command', tag: 'A284', command: { name: 'SEARCH', isUid: false, charset: 'UTF-8', key: { key: 'TEXT', text: '台北' } } },
  ]);
});

test('RFC 7888 §4: with LITERAL+ nothing waits', () => {
  expect(hear(lines('A001 LOGIN {11+}', 'FRED FOOBAR {7+}', 'fat man', 'A002 NOOP')).events).toEqual([
    { kind: 'command', tag: 'A001', command: { name: 'LOGIN', user: 'FRED FOOBAR', password: 'fat man' } },
    { kind: 'command', tag: 'A002', command: { name: 'NOOP' } },
  ]);
});

test('a line may end in a bare line feed', () => {
  expect(hear('a NOOP\nb LOGIN {3+}\nann {0+}\n\nc NOOP\r\n').events.map((event) => event.kind)).toEqual(['command', 'command', 'command']);
});

test('RFC 3501 §6.3.11: the message of an APPEND streams by, and the next command follows', () => {
  const { events } = hear(lines('A003 APPEND saved-messages (\\Seen) {12+}', 'Hello, world', 'A004 NOOP'));
  expect(events).toEqual([
    { kind: 'append', tag: 'A003', command: { name: 'APPEND', mailbox: 'saved-messages' } },
    { kind: 'append-step', step: { step: 'letter', flags: ['\\Seen'] } },
    { kind: 'append-step', step: { step: 'literal', octets: 12, isSynchronizing: false } },
    { kind: 'literal', chunk: Buffer.from('Hello, world') },
    { kind: 'literal-end' },
    { kind: 'append-step', step: { step: 'end' } },
    { kind: 'command', tag: 'A004', command: { name: 'NOOP' } },
  ]);
});

test('while APPEND waits for a decision nothing else is told', () => {
  const { events, reader } = hear(lines('a APPEND x {3+}', 'abc', 'b NOOP'), { appends: 'wait' });
  expect(events.map((event) => event.kind)).toEqual(['append', 'append-step', 'append-step']);
  expect(reader.hasBuffered).toBe(true);
  reader.acceptLiteral();
  expect([reader.next(), reader.next(), reader.next(), reader.next(), reader.next()].map((event) => event?.kind)).toEqual(['literal', 'literal-end', 'append-step', 'command', undefined]);
});

test('the octets of a refused APPEND are skipped if they come all the same', () => {
  const { events } = hear(lines('a APPEND x {8+}', 'b NOOP', ' {3+}', 'abc', 'c NOOP'), { appends: 'refuse' });
  expect(events.map((event) => ('tag' in event ? `${event.tag} ${event.kind}` : event.kind))).toEqual(['a append', 'c command']);
});

test('nothing of a refused APPEND is waited for if the client awaits its "+"', () => {
  const { events } = hear(lines('a APPEND x {7}', 'b NOOP'), { appends: 'refuse' });
  expect(events.map((event) => event.kind)).toEqual(['append', 'command']);
});

test('a mailbox may be named by a literal before the message', () => {
  expect(hear(lines('a APPEND {5}', 'Grü?') + 'x').events.map((event) => event.kind)).toEqual(['continue', 'bad']);
  expect(hear(lines('a APPEND {5}', 'INBOX {3}', 'abc')).events.map((event) => event.kind)).toEqual(['continue', 'append', 'append-step', 'append-step', 'literal', 'literal-end', 'append-step']);
});

test('RFC 7888 §4: who announces more than we hear out is not heard at all', () => {
  const kinds = (line: string, limits: ReaderLimits, appends: 'refuse' | 'accept' = 'accept'): readonly string[] => hear(lines(line, 'x'), { limits, appends }).events.map((event) => event.kind);
  expect(kinds('a LOGIN {70000+}', BEFORE_LOGIN)).toEqual(['bad', 'too-long']);
  expect(kinds('a LOGIN {60000+}', BEFORE_LOGIN)).toEqual(['bad']);
  expect(kinds('a APPEND x {70000+}', BEFORE_LOGIN, 'refuse')).toEqual(['append', 'too-long']);
  expect(kinds('a APPEND x {99999999999+}', AFTER_LOGIN, 'refuse')).toEqual(['append', 'too-long']);
  expect(kinds('a APPEND x {99999999999}', AFTER_LOGIN, 'refuse')).toEqual(['append', 'bad']);
});

test('a refused message passes by unheld, up to a bound', () => {
  const reader = new CommandReader(AFTER_LOGIN);
  const chunk = Buffer.alloc(64 * 1024, 'x');
  reader.push(lines(`a APPEND x {${chunk.length * 100}+}`));
  expect(reader.next()?.kind).toBe('append');
  reader.refuseAppend();
  for (let sent = 0; sent < 100; sent++) {
    reader.push(chunk);
    expect([reader.next(), reader.hasBuffered]).toEqual([undefined, false]);
  }
  reader.push(lines('', 'b NOOP'));
  expect(reader.next()).toEqual({ kind: 'command', tag: 'b', command: { name: 'NOOP' } });
});

test('a line that comes octet by octet costs no more memory than one that comes whole', () => {
  const reader = new CommandReader(AFTER_LOGIN);
  const before = process.memoryUsage().arrayBuffers;
  for (let sent = 0; sent < 64 * 1024; sent++) {
    reader.push(Buffer.from('x'));
    reader.next();
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  reader.push(Buffer.from('x'));
  expect(reader.next()).toEqual({ kind: 'too-long' });
});

test('RFC 3502 §6.3.11: several letters come one after the other', () => {
  const { events } = hear(lines('a APPEND x {3+}', 'abc (\\Seen) " 7-Feb-1994 22:43:04 -0800" ~{3+}', 'def', 'b NOOP'));
  expect(stepsOf(events)).toEqual(['append', 'letter', 'literal 3', 'abc', 'letter \\Seen', 'literal 3', 'def', 'end', 'command']);
});

test('RFC 4469 §5: letters are put together from texts and URLs, mailboxes and URLs may be literals', () => {
  const { events } = hear(lines(
    'A003 APPEND Drafts (\\Draft) CATENATE (URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;SECTION=HEADER" TEXT {4+}', 'abcd URL {5+}', '/x/;U TEXT {2+}', 'yz) {3+}', 'def', 'b NOOP',
  ));
  expect(stepsOf(events)).toEqual([
    'append', 'letter \\Draft', 'url /Drafts;UIDVALIDITY=385759045/;UID=20/;SECTION=HEADER', 'literal 4', 'abcd', 'url /x/;U', 'literal 2', 'yz', 'letter', 'literal 3', 'def', 'end', 'command',
  ]);
  expect(stepsOf(hear(lines('a APPEND x CATENATE (URL /y)', 'b NOOP')).events)).toEqual(['append', 'letter', 'url /y', 'end', 'command']);
  expect(stepsOf(hear(lines('a APPEND x CATENATE (TEXT {1+}', 'z TEXT {1+}', 'y URL /x', 'b NOOP')).events)).toEqual(['append', 'letter', 'literal 1', 'z', 'literal 1', 'y', 'bad', 'command']);
});

test('RFC 6855 §4, RFC 8508 §3: UTF8 has its octets in parentheses, REPLACE names a message first', () => {
  expect(stepsOf(hear(lines('a APPEND x UTF8 (~{3+}', 'abc)', 'b NOOP')).events)).toEqual(['append', 'letter', 'literal 3', 'abc', 'end', 'command']);
  const { events } = hear(lines('a UID REPLACE 4 Drafts (\\Seen) {3+}', 'abc', 'b NOOP'));
  expect(events[0]).toEqual({ kind: 'append', tag: 'a', command: { name: 'REPLACE', isUid: true, number: 4, mailbox: 'Drafts' } });
  expect(stepsOf(events)).toEqual(['append', 'letter \\Seen', 'literal 3', 'abc', 'end', 'command']);
});

/** What was heard, in words. */
function stepsOf(events: readonly ReaderEvent[]): readonly string[] {
  return events.flatMap((event) => {
    if (event.kind === 'literal') return event.chunk.toString();
    if (event.kind === 'literal-end') return [];
    if (event.kind !== 'append-step') return event.kind;
    const { step } = event;
    return `${step.step} ${step.step === 'letter' ? step.flags.join(' ') : step.step === 'literal' ? step.octets : step.step === 'url' ? step.url : ''}`.trim();
  });
}

test('what follows a message and is none ends in BAD', () => {
  const { events } = hear(lines('a APPEND x {3+}', 'abcdef', 'b NOOP'));
  expect(events.map((event) => ('tag' in event ? `${event.tag} ${event.kind}` : event.kind))).toEqual(['a append', 'append-step', 'append-step', 'literal', 'literal-end', 'a bad', 'b command']);
});

test('an APPEND of no octets is told and has no literal', () => {
  expect(hear(lines('a APPEND x {0+}', '')).events.map((event) => event.kind)).toEqual(['append', 'append-step', 'append-step', 'literal-end', 'append-step']);
});

test('a message is never held, however long', () => {
  const reader = new CommandReader(AFTER_LOGIN);
  reader.push(Buffer.from('a APPEND x {4000000000}\r\n'));
  expect([reader.next(), reader.next(), reader.next()].map((event) => event?.kind)).toEqual(['append', 'append-step', 'append-step']);
  reader.acceptLiteral();
  const chunk = Buffer.alloc(64 * 1024, 'x');
  for (let sent = 0; sent < 100; sent++) {
    reader.push(chunk);
    expect(reader.next()).toEqual({ kind: 'literal', chunk });
    expect(reader.hasBuffered).toBe(false);
  }
});

test('after BAD the literals that are on their way are skipped', () => {
  const { events } = hear(lines('a XYZZY {8+}', 'b NOOP', ' {4+}', 'oops', 'c NOOP'));
  expect(events.map((event) => ('tag' in event ? `${event.tag} ${event.kind}` : event.kind))).toEqual(['a bad', 'c command']);
});

test('after BAD a literal that waits for "+" is not coming', () => {
  const { events } = hear(lines('a XYZZY {8}', 'b NOOP'));
  expect(events).toEqual([
    { kind: 'bad', tag: 'a', text: 'XYZZY: There is no such command' },
    { kind: 'command', tag: 'b', command: { name: 'NOOP' } },
  ]);
});

test('a literal that is too large is refused before it is sent', () => {
  const { events } = hear(lines('a LOGIN {5000}', 'b NOOP'), { limits: BEFORE_LOGIN });
  expect(events.map((event) => event.kind)).toEqual(['bad', 'command']);
  expect(hear(lines('a LOGIN {5000+}', `${'x'.repeat(5000)} pass`, 'b NOOP'), { limits: BEFORE_LOGIN }).events.map((event) => event.kind)).toEqual(['bad', 'command']);
});

test('many small literals are refused like a large one', () => {
  const { events } = hear(lines(`a SEARCH ${'SUBJECT {1+}\r\nx '.repeat(200)}ALL`, 'b NOOP'));
  expect(events.map((event) => event.kind)).toEqual(['bad', 'command']);
});

test('a line without end is too long, and nothing comes after it', () => {
  const reader = new CommandReader(BEFORE_LOGIN);
  const kinds: string[] = [];
  for (let sent = 0; sent < 100; sent++) {
    reader.push(Buffer.alloc(1024, 'x'));
    kinds.push(reader.next()?.kind ?? 'nothing');
  }
  expect(kinds.indexOf('too-long')).toBe(16);
  expect(kinds.filter((kind) => kind !== 'nothing')).toEqual(['too-long']);
});

test('after login a command may be longer', () => {
  const set = Array.from({ length: 5000 }, (_, index) => index * 2 + 1).join(',');
  expect(hear(lines(`a UID FETCH ${set} FLAGS`), { limits: BEFORE_LOGIN }).events).toEqual([{ kind: 'too-long' }]);
  expect(hear(lines(`a UID FETCH ${set} FLAGS`), { limits: AFTER_LOGIN }).events.map((event) => event.kind)).toEqual(['command']);
});

test('RFC 2177 §3: DONE is a line, not a command', () => {
  expect(hear(lines('A003 IDLE', 'DONE', 'A004 NOOP')).events).toEqual([
    { kind: 'command', tag: 'A003', command: { name: 'IDLE' } },
    { kind: 'line', text: 'DONE' },
    { kind: 'command', tag: 'A004', command: { name: 'NOOP' } },
  ]);
});

test('what was sent behind STARTTLS is seen', () => {
  const reader = new CommandReader();
  reader.push(lines('a STARTTLS', 'b LOGIN eve secret'));
  expect(reader.next()).toMatchObject({ command: { name: 'STARTTLS' } });
  expect(reader.hasBuffered).toBe(true);
});

test('NUL has no place in a command, nor in its literals', () => {
  expect(hear('a LOGIN "a\0b" c\r\nb LOGIN {3+}\r\na\0b c\r\nc NOOP\r\n').events.map((event) => event.kind)).toEqual(['bad', 'bad', 'command']);
});

// What a client may send, good and bad, in one breath.
const DIALOGUE = lines(
  'a1 CAPABILITY', 'a2 LOGIN {3}', 'ann {6+}', 'secret', 'a3 SELECT "Gesch&AOQ-ft"', '', '* nonsense', 'a4 FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (Subject {4+}', 'Date)])',
  'a5 APPEND INBOX (\\Seen) {20+}', 'Subject: x\r\n\r\nabcdef', 'a6 IDLE', 'DONE', 'a7 XYZZY {6+}', 'b NOOP', 'a8 SEARCH CHARSET UTF-8 {3+}', 'ALL', 'a9 SEARCH CHARSET KOI8-R SUBJECT {2+}', 'xy',
  'a10 UID STORE 1:3,7 +FLAGS.SILENT (\\Deleted keyword)', 'a11 APPEND x {3}', 'abc junk', 'a12 LOGOUT',
);

test('cut anywhere, the same is heard', () => {
  const whole = hear(DIALOGUE).events;
  expect(whole.map((event) => event.kind)).toEqual([
    'command', 'continue', 'command', 'command', 'bad', 'bad', 'command', 'append', 'append-step', 'append-step', 'literal', 'literal-end', 'append-step', 'command', 'line', 'bad', 'bad', 'bad-charset',
    'command', 'append', 'append-step', 'append-step', 'literal', 'literal-end', 'bad', 'command',
  ]);
  for (let cut = 1; cut < DIALOGUE.length; cut++) expect(hear(DIALOGUE, { cuts: [cut, DIALOGUE.length] }).events).toEqual(whole);
  for (const size of [1, 2, 3, 7, 64]) expect(hear(DIALOGUE, { cuts: [size] }).events).toEqual(whole);
});

const WORDS = ['a', '*', ' ', '  ', 'NOOP', 'UID', 'SEARCH', 'INBOX', '(', ')', '((', '"', '\\', '\\Seen', '{3}', '{3+}', '{0}', '{99999999999}', '~{3+}', '\r\n', '\n', '\r', '\0', '1:*', ',',
  '4294967296', 'BODY[', ']', '<0.1>', 'OR', 'NOT', 'ALL', 'é', '&', '&-', '%', 'NIL', '=', 'RETURN', 'CHARSET', '1-Feb-1994'];
const SENTENCES = DIALOGUE.toString().split('\r\n');

test('a hundred thousand random inputs are answered, and alike however they are cut', () => {
  const chance = chances(20_261_123);
  const pick = (from: readonly string[]): string => from[Math.floor(chance() * from.length)] ?? '';
  const kinds = new Map<string, number>();
  for (let round = 0; round < 100_000; round++) {
    let text = `${pick(SENTENCES)}\r\n${pick(SENTENCES)}\r\n`;
    for (let change = Math.floor(chance() * 4); change > 0; change--) {
      const at = Math.floor(chance() * text.length);
      text = text.slice(0, at) + pick(WORDS) + text.slice(at + Math.floor(chance() * 3));
    }
    const { events } = hear(text);
    for (const { kind } of events) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    if (round % 10 > 0) continue;
    const cut = hear(text, { cuts: [1 + Math.floor(chance() * 5)] }).events;
    expect(cut).toEqual(events);
  }
  // It was not all refused.
  expect([...kinds].filter(([, count]) => count > 100).map(([kind]) => kind).sort())
    .toEqual(['append', 'append-step', 'bad', 'bad-charset', 'command', 'continue', 'line', 'literal', 'literal-end']);
});

test('a hundred thousand lines of random octets are answered', () => {
  const chance = chances(7);
  const line = Buffer.alloc(18);
  let answered = 0;
  for (let round = 0; round < 100_000; round++) {
    for (let at = 0; at < 16; at++) line[at] = 1 + Math.floor(chance() * 255);
    line.write('\r\n', 16, 'latin1');
    answered += hear(line).events.length > 0 ? 1 : 0;
  }
  expect(answered).toBe(100_000);
});

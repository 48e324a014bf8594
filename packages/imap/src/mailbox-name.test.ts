import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMailboxName, encodeMailboxName } from './mailbox-name.ts';

test.each([
  // RFC 3501 §5.1.3: the example.
  ['~peter/mail/&U,BTFw-/&ZeVnLIqe-', '~peter/mail/台北/日本語'],
  ['Gesch&AOQ-ft', 'Geschäft'],
  ['R&-D', 'R&D'],
  ['&2D3cjA-', '💌'],
  ['&AAo-', '\n'],
])('%s on the wire is %s', (wire, name) => {
  expect(decodeMailboxName(wire)).toBe(name);
  expect(encodeMailboxName(name)).toBe(wire);
});

test('INBOX is INBOX in any case, also above others, but not within a name', () => {
  expect(decodeMailboxName('inbox')).toBe('INBOX');
  expect(decodeMailboxName('Inbox/Sub')).toBe('INBOX/Sub');
  expect(decodeMailboxName('inboxes')).toBe('inboxes');
  expect(decodeMailboxName('Sub/inbox')).toBe('Sub/inbox');
});

test.each([
  ['R&D', 'an ampersand that begins nothing'],
  ['&Jjo!', 'RFC 3501 §5.1.3: without its end'],
  ['&U,BTFw-&ZeVnLIqe-', 'RFC 3501 §5.1.3: a superfluous shift'],
  ['&AGE-', 'an encoded "a"'],
  ['&AOQ=-', 'padding'],
  ['&AOR-', 'bits beyond the last character'],
  ['&2D0-', 'half of a pair'],
  ['&AAA-', 'NUL'],
  ['Geschäft', 'eight-bit characters'],
  ['a\nb', 'a control character'],
  ['', 'nothing'],
])('%s is no mailbox name: %s', (wire) => {
  expect(decodeMailboxName(wire)).toBeUndefined();
});

test('read is what was written', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
    fc.pre(!name.includes('\0') && name.isWellFormed() && !/^inbox(\/|$)/i.test(name));
    expect(decodeMailboxName(encodeMailboxName(name))).toBe(name);
  }), { numRuns: 20_000 });
});

test('no two spellings are one name', () => {
  const wire = fc.string({ unit: fc.constantFrom('&', '-', 'A', 'B', 'Q', 'x', 'z', ',', '0', '9', '=', '+', '/', 'a') });
  fc.assert(fc.property(wire, (text) => {
    expect(encodeMailboxName(decodeMailboxName(text) ?? '')).toBe(decodeMailboxName(text) === undefined ? '' : text);
  }), { numRuns: 100_000 });
});

import { array, assert, property, string, subarray } from 'fast-check';
import { expect, test } from 'vitest';
import { flagsOfName, folderOfMailbox, lettersOfFlags, mailboxOfFolder, readKeywordList, writeKeywordList } from './maildir-name.ts';

test('flags stand behind the comma, keywords by the letters of their folder', () => {
  expect(flagsOfName('1700000000.M1P2.host:2,FRSa', ['work'])).toEqual(['\\Flagged', '\\Answered', '\\Seen', 'work']);
  expect(flagsOfName('1700000000.M1P2.host,S=12:2,', [])).toEqual([]);
  expect(flagsOfName('1700000000.M1P2.host', [])).toEqual([]);
});

test('flags that were written are read', () => {
  const keywords = ['work', '$Forwarded'];
  assert(property(subarray(['\\Draft', '\\Flagged', '\\Answered', '\\Seen', '\\Deleted', ...keywords]), (flags) => {
    expect(flagsOfName(`1.host:2,${lettersOfFlags(flags, keywords)}`, readKeywordList(writeKeywordList(keywords)))).toEqual(flags);
  }));
});

test('names of mailboxes that were written are read', () => {
  const level = string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !/[./\p{Cc}\p{Cs}]/u.test(text));
  assert(property(array(level, { minLength: 1, maxLength: 3 }), (levels) => {
    expect(mailboxOfFolder(folderOfMailbox(levels.join('/')))).toBe(levels.join('/') === 'INBOX' ? 'INBOX' : levels.join('/'));
  }));
  expect(folderOfMailbox('Entwürfe & mehr')).toBe('.Entw&APw-rfe &- mehr');
  expect(mailboxOfFolder('')).toBe('INBOX');
  expect(mailboxOfFolder('.Work.Plans')).toBe('Work/Plans');
});

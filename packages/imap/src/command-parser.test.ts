import { expect, test } from 'vitest';
import { parseCommand } from './command-parser.ts';
import type { Command } from './command.ts';

/** The command on one line, which has to be one. */
function commandOf(line: string): Command {
  const parsed = parseCommand(line, []);
  if (parsed.kind !== 'command') throw new Error(`${line}: ${JSON.stringify(parsed)}`);
  return parsed.command;
}

function refusalOf(line: string): string {
  const parsed = parseCommand(line, []);
  return parsed.kind === 'bad' ? `${parsed.tag} ${parsed.text}` : parsed.kind;
}

const one = [{ from: 1, to: 1 }];

// The client's lines of the examples in RFC 3501 §6 and RFC 9051 §6, and of the extensions on offer.
const EXAMPLES: readonly (readonly [string, Command])[] = [
  ['abcd CAPABILITY', { name: 'CAPABILITY' }],
  ['a002 NOOP', { name: 'NOOP' }],
  ['A023 LOGOUT', { name: 'LOGOUT' }],
  ['a002 STARTTLS', { name: 'STARTTLS' }],
  ['a001 AUTHENTICATE GSSAPI', { name: 'AUTHENTICATE', mechanism: 'GSSAPI' }],
  ['C01 AUTHENTICATE PLAIN dGVzdAB0ZXN0AHRlc3Q=', { name: 'AUTHENTICATE', mechanism: 'PLAIN', initialResponse: 'dGVzdAB0ZXN0AHRlc3Q=' }],
  ['d02 authenticate external =', { name: 'AUTHENTICATE', mechanism: 'EXTERNAL', initialResponse: '=' }],
  ['a001 LOGIN SMITH SESAME', { name: 'LOGIN', user: 'SMITH', password: 'SESAME' }],
  ['a001 LOGIN "ann@ash.test" "a \\"b\\\\ c"', { name: 'LOGIN', user: 'ann@ash.test', password: 'a "b\\ c' }],
  ['t1 ENABLE CONDSTORE x-good-idea', { name: 'ENABLE', capabilities: ['CONDSTORE', 'X-GOOD-IDEA'] }],
  ['A142 SELECT INBOX', { name: 'SELECT', mailbox: 'INBOX' }],
  ['A142 select inBox', { name: 'SELECT', mailbox: 'INBOX' }],
  ['A932 EXAMINE blurdybloop', { name: 'EXAMINE', mailbox: 'blurdybloop' }],
  ['a10 SELECT INBOX (CONDSTORE)', { name: 'SELECT', mailbox: 'INBOX', isCondstore: true }],
  ['A02 SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))', {
    name: 'SELECT', mailbox: 'INBOX', resync: { uidValidity: 67_890_007, modseq: 20_050_715_194_045_000, knownUids: [{ from: 41, to: 41 }, { from: 43, to: 211 }, { from: 214, to: 541 }] },
  }],
  ['A03 EXAMINE INBOX (QRESYNC (67890007 90060115194045000 1:29997 (5000,7500 15000,22500)))', {
    name: 'EXAMINE', mailbox: 'INBOX', resync: { uidValidity: 67_890_007, modseq: 90_060_115_194_045_000, knownUids: [{ from: 1, to: 29_997 }] },
  }],
  ['A04 SELECT INBOX (QRESYNC (67890007 7 (5 15)))', { name: 'SELECT', mailbox: 'INBOX', resync: { uidValidity: 67_890_007, modseq: 7 } }],
  ['s100 UID FETCH 300:500 (FLAGS) (CHANGEDSINCE 12345 VANISHED)', {
    name: 'FETCH', isUid: true, set: [{ from: 300, to: 500 }], items: [{ item: 'FLAGS' }], changedSince: 12_345, isVanishedAsked: true,
  }],
  ['a FETCH $ (MODSEQ)', { name: 'FETCH', isUid: false, set: '$', items: [{ item: 'MODSEQ' }] }],
  ['a105 STORE 7,5,9 (UNCHANGEDSINCE 320162338) +FLAGS.SILENT (\\Deleted)', {
    name: 'STORE', isUid: false, set: [{ from: 7, to: 7 }, { from: 5, to: 5 }, { from: 9, to: 9 }], how: 'add', isSilent: true, flags: ['\\Deleted'], unchangedSince: 320_162_338,
  }],
  ['a SEARCH RETURN (SAVE) MODSEQ "/flags/\\\\draft" all 620162338', {
    name: 'SEARCH', isUid: false, returns: { options: ['SAVE'] }, key: { key: 'MODSEQ', modseq: 620_162_338 },
  }],
  ['a UID SEARCH RETURN (PARTIAL -1:-100) UNDELETED OLDER 60', {
    name: 'SEARCH', isUid: true, returns: { options: ['PARTIAL'], page: { from: -1, to: -100 } },
    key: { key: 'AND', all: [{ key: 'FLAG', flag: '\\Deleted', isSet: false }, { key: 'OLDER', seconds: 60 }] },
  }],
  ['a UID FETCH 25900:26600 (UID PREVIEW (LAZY) FLAGS) (PARTIAL 1:500)', {
    name: 'FETCH', isUid: true, set: [{ from: 25_900, to: 26_600 }], items: [{ item: 'UID' }, { item: 'PREVIEW' }, { item: 'FLAGS' }], page: { from: 1, to: 500 },
  }],
  ['a FETCH 1 PREVIEW', { name: 'FETCH', isUid: false, set: [{ from: 1, to: 1 }], items: [{ item: 'PREVIEW' }] }],
  ['a SEARCH OR SAVEDON 1-Feb-1994 EMAILID M6d99ac3275bb4e', {
    name: 'SEARCH', isUid: false, key: { key: 'OR', either: { key: 'SAVEDON', date: Date.UTC(1994, 1, 1) }, or: { key: 'EMAILID', id: 'M6d99ac3275bb4e' } },
  }],
  ['a SEARCH UID $', { name: 'SEARCH', isUid: false, key: { key: 'SET', isUid: true, set: '$' } }],
  ['A003 CREATE owatagusiam/', { name: 'CREATE', mailbox: 'owatagusiam/' }],
  ['A004 CREATE owatagusiam/blurdybloop', { name: 'CREATE', mailbox: 'owatagusiam/blurdybloop' }],
  ['t1 CREATE NewDrafts (USE (\\Drafts))', { name: 'CREATE', mailbox: 'NewDrafts', specialUse: ['\\Drafts'] }],
  ['A683 DELETE blurdybloop', { name: 'DELETE', mailbox: 'blurdybloop' }],
  ['A683 RENAME blurdybloop sarasoop', { name: 'RENAME', from: 'blurdybloop', to: 'sarasoop' }],
  ['Z434 RENAME INBOX old-mail', { name: 'RENAME', from: 'INBOX', to: 'old-mail' }],
  ['A002 SUBSCRIBE #news.comp.mail.mime', { name: 'SUBSCRIBE', mailbox: '#news.comp.mail.mime' }],
  ['A002 UNSUBSCRIBE "#news.comp.mail.mime"', { name: 'UNSUBSCRIBE', mailbox: '#news.comp.mail.mime' }],
  ['A101 LIST "" ""', { name: 'LIST', reference: '', patterns: [''], selectOptions: [], returnOptions: [], statusItems: [] }],
  ['A202 LIST ~/Mail/ %', { name: 'LIST', reference: '~/Mail/', patterns: ['%'], selectOptions: [], returnOptions: [], statusItems: [] }],
  ['A002 LSUB "#news." "comp.mail.*"', { name: 'LSUB', reference: '#news.', patterns: ['comp.mail.*'], selectOptions: [], returnOptions: [], statusItems: [] }],
  ['A04 LIST (REMOTE RECURSIVEMATCH SUBSCRIBED) "" ("INBOX" Drafts) RETURN (CHILDREN STATUS (MESSAGES UNSEEN))', {
    name: 'LIST', reference: '', patterns: ['INBOX', 'Drafts'], selectOptions: ['REMOTE', 'RECURSIVEMATCH', 'SUBSCRIBED'],
    returnOptions: ['CHILDREN', 'STATUS'], statusItems: ['MESSAGES', 'UNSEEN'], isExtended: true,
  }],
  ['A042 STATUS blurdybloop (UIDNEXT MESSAGES)', { name: 'STATUS', mailbox: 'blurdybloop', items: ['UIDNEXT', 'MESSAGES'] }],
  ['FXXZ CHECK', { name: 'CHECK' }],
  ['A341 CLOSE', { name: 'CLOSE' }],
  ['A342 UNSELECT', { name: 'UNSELECT' }],
  ['A001 NAMESPACE', { name: 'NAMESPACE' }],
  ['A003 IDLE', { name: 'IDLE' }],
  ['A202 EXPUNGE', { name: 'EXPUNGE' }],
  ['A101 UID EXPUNGE 3000:3002', { name: 'EXPUNGE', uids: [{ from: 3000, to: 3002 }] }],
  ['A282 SEARCH FLAGGED SINCE 1-Feb-1994 NOT FROM "Smith"', {
    name: 'SEARCH', isUid: false, key: {
      key: 'AND', all: [
        { key: 'FLAG', flag: '\\Flagged', isSet: true },
        { key: 'SINCE', date: Date.UTC(1994, 1, 1) },
        { key: 'NOT', not: { key: 'FROM', text: 'Smith' } },
      ],
    },
  }],
  ['A283 SEARCH TEXT "string not in mailbox"', { name: 'SEARCH', isUid: false, key: { key: 'TEXT', text: 'string not in mailbox' } }],
  ['A282 SEARCH RETURN (MIN COUNT) FLAGGED', { name: 'SEARCH', isUid: false, returns: { options: ['MIN', 'COUNT'] }, key: { key: 'FLAG', flag: '\\Flagged', isSet: true } }],
  ['A SEARCH RETURN () CHARSET utf-8 2,4:* UID 5', {
    name: 'SEARCH', isUid: false, returns: { options: [] }, charset: 'UTF-8', key: {
      key: 'AND', all: [
        { key: 'SET', isUid: false, set: [{ from: 2, to: 2 }, { from: 4, to: Infinity }] },
        { key: 'SET', isUid: true, set: [{ from: 5, to: 5 }] },
      ],
    },
  }],
  ['A UID SEARCH OR (UNSEEN LARGER 7) HEADER Message-ID <a@b> UNKEYWORD $Junk ON "01-mar-2020"', {
    name: 'SEARCH', isUid: true, key: {
      key: 'AND', all: [
        {
          key: 'OR', either: { key: 'AND', all: [{ key: 'FLAG', flag: '\\Seen', isSet: false }, { key: 'LARGER', octets: 7 }] },
          or: { key: 'HEADER', field: 'Message-ID', text: '<a@b>' },
        },
        { key: 'FLAG', flag: '$Junk', isSet: false },
        { key: 'ON', date: Date.UTC(2020, 2, 1) },
      ],
    },
  }],
  ['A654 FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])', {
    name: 'FETCH', isUid: false, set: [{ from: 2, to: 4 }], items: [
      { item: 'FLAGS' }, { item: 'SECTION', section: { part: [], text: 'HEADER.FIELDS', fields: ['DATE', 'FROM'] }, isPeek: false },
    ],
  }],
  ['A fetch 1 fast', { name: 'FETCH', isUid: false, set: one, items: [{ item: 'FLAGS' }, { item: 'INTERNALDATE' }, { item: 'RFC822.SIZE' }] }],
  ['A FETCH 1 BODY', { name: 'FETCH', isUid: false, set: one, items: [{ item: 'BODY' }] }],
  ['A FETCH *:1 BODY[]<0.2048>', { name: 'FETCH', isUid: false, set: [{ from: Infinity, to: 1 }], items: [{ item: 'SECTION', section: { part: [] }, isPeek: false, partial: { offset: 0, octets: 2048 } }] }],
  ['A UID FETCH 4827313:4828442 (body.peek[4.2.2.1.MIME] BODY.PEEK[3.header.fields.not ("X y")] BODY[1] UID)', {
    name: 'FETCH', isUid: true, set: [{ from: 4827313, to: 4828442 }], items: [
      { item: 'SECTION', section: { part: [4, 2, 2, 1], text: 'MIME' }, isPeek: true },
      { item: 'SECTION', section: { part: [3], text: 'HEADER.FIELDS.NOT', fields: ['X y'] }, isPeek: true },
      { item: 'SECTION', section: { part: [1] }, isPeek: false },
      { item: 'UID' },
    ],
  }],
  ['A FETCH 1 (RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE)', {
    name: 'FETCH', isUid: false, set: one, items: [
      { item: 'SECTION', section: { part: [] }, isPeek: false, oldName: 'RFC822' },
      { item: 'SECTION', section: { part: [], text: 'HEADER' }, isPeek: true, oldName: 'RFC822.HEADER' },
      { item: 'SECTION', section: { part: [], text: 'TEXT' }, isPeek: false, oldName: 'RFC822.TEXT' },
      { item: 'RFC822.SIZE' },
    ],
  }],
  ['A003 STORE 2:4 +FLAGS (\\deleted)', { name: 'STORE', isUid: false, set: [{ from: 2, to: 4 }], how: 'add', isSilent: false, flags: ['\\Deleted'] }],
  ['A UID STORE 1 -flags.silent \\Seen $Forwarded', { name: 'STORE', isUid: true, set: one, how: 'remove', isSilent: true, flags: ['\\Seen', '$Forwarded'] }],
  ['A STORE 1 FLAGS ()', { name: 'STORE', isUid: false, set: one, how: 'replace', isSilent: false, flags: [] }],
  ['A003 COPY 2:4 MEETING', { name: 'COPY', isUid: false, set: [{ from: 2, to: 4 }], mailbox: 'MEETING' }],
  ['a UID MOVE 42:69 foo', { name: 'MOVE', isUid: true, set: [{ from: 42, to: 69 }], mailbox: 'foo' }],
  ['a023 ID ("name" "sodr" "version" "19.34" "vendor" NIL)', { name: 'ID', fields: [['name', 'sodr'], ['version', '19.34'], ['vendor', null]] }],
  ['a042 ID NIL', { name: 'ID', fields: null }],
  ['a LIST "" "Gesch&AOQ-ft/%"', { name: 'LIST', reference: '', patterns: ['Geschäft/%'], selectOptions: [], returnOptions: [], statusItems: [] }],
];

test.each(EXAMPLES)('%s', (line, command) => {
  expect(commandOf(line)).toEqual(command);
});

test('APPEND is told with the literal still to come (RFC 3501 §6.3.11)', () => {
  expect(parseCommand('A003 APPEND saved-messages (\\Seen) {310}', [])).toEqual({
    kind: 'append', tag: 'A003', command: { name: 'APPEND', mailbox: 'saved-messages' },
    piece: { steps: [{ step: 'letter', flags: ['\\Seen'] }, { step: 'literal', octets: 310, isSynchronizing: true }], next: 'between' },
  });
  expect(parseCommand('A003 APPEND INBOX " 7-Feb-1994 21:52:25 -0800" ~{12+}', [])).toEqual({
    kind: 'append', tag: 'A003', command: { name: 'APPEND', mailbox: 'INBOX' },
    piece: { steps: [{ step: 'letter', flags: [], internalDate: Date.UTC(1994, 1, 8, 5, 52, 25) }, { step: 'literal', octets: 12, isSynchronizing: false }], next: 'between' },
  });
});

test('a charset that is not ours is told apart', () => {
  expect(parseCommand('A1 SEARCH CHARSET KOI8-R TEXT x', [])).toEqual({ kind: 'bad-charset', tag: 'A1', charset: 'KOI8-R' });
});

// What is refused, and in which words.
const REFUSED: readonly (readonly [string, string])[] = [
  ['', '* An empty line is no command'],
  ['* NOOP', '* A command begins with a tag and a space'],
  ['a+b NOOP', '* A command begins with a tag and a space'],
  [' NOOP', '* A command begins with a tag and a space'],
  ['a', 'a No command: expected a space, then a command at octet 2'],
  ['a ', 'a No command: expected a command at octet 3'],
  ['a  NOOP', 'a No command: expected a command after one space only at octet 3'],
  ['GET / HTTP/1.1', 'GET No command: expected a command at octet 5'],
  ['a XYZZY', 'a XYZZY: There is no such command'],
  ['a UID NOOP', 'a UID NOOP: There is no such command'],
  ['a NOOP ', 'a NOOP: expected the end of the command at octet 7'],
  ['a LOGIN ann', 'a LOGIN: expected a space, then a password at octet 12'],
  ['a LOGIN ann "pass', 'a LOGIN: expected a password at octet 13'],
  ['a LOGIN ann pass word', 'a LOGIN: expected the end of the command at octet 17'],
  ['a AUTHENTICATE PLAIN dGVz*', 'a AUTHENTICATE: expected the end of the command at octet 26'],
  ['a AUTHENTICATE PLAIN dGVzd', 'a AUTHENTICATE: expected an initial response in base64 or "=" at octet 22'],
  ['a SELECT ""', 'a SELECT: expected a mailbox name that is not empty at octet 12'],
  ['a SELECT R&D', 'a SELECT: That mailbox name is not in modified UTF-7: "&" is written "&-", other than ASCII is encoded'],
  ['a SELECT foo%', 'a SELECT: expected a space, then parameters at octet 13'],
  ['a STATUS foo ()', 'a STATUS: expected an item at octet 15'],
  ['a STATUS foo (LOWESTMODSEQ)', 'a STATUS: There is no such item of a status'],
  ['a LIST "" (% ) RETURN (X)', 'a LIST: expected a pattern at octet 14'],
  ['a LIST (FOO) "" *', 'a LIST: There is no such option'],
  ['a FETCH 0 FLAGS', 'a FETCH: expected a message number or "*" from 1 at octet 9'],
  ['a FETCH 1:4294967296 FLAGS', 'a FETCH: expected a message number or "*" of at most 32 bits at octet 11'],
  ['a FETCH 1, FLAGS', 'a FETCH: expected a message number or "*" at octet 11'],
  ['a FETCH 1 (ALL)', 'a FETCH: There is no such item to fetch'],
  ['a FETCH 1 ()', 'a FETCH: expected an item at octet 12'],
  ['a FETCH 1 BODY[MIME]', 'a FETCH: MIME needs a part number'],
  ['a FETCH 1 BODY[1.]', 'a FETCH: expected a part number, HEADER or TEXT at octet 18'],
  ['a FETCH 1 BODY[HEADER.FIELDS]', 'a FETCH: expected a space, then field names at octet 29'],
  ['a FETCH 1 BODY[]<0.0>', 'a FETCH: expected a count from 1 at octet 20'],
  ['a FETCH 1 BODY.PEEK', 'a FETCH: expected "[" at octet 20'],
  ['a STORE 1 FLAGS (\\Recent)', 'a STORE: \\Recent is not a flag that can be set here'],
  ['a STORE 1 +MODSEQ 4', 'a STORE: FLAGS, with or without .SILENT, is all that can be stored'],
  ['a SEARCH', 'a SEARCH: expected a space, then a search key at octet 9'],
  ['a SEARCH (ALL', 'a SEARCH: expected a space or ")" at octet 14'],
  ['a SEARCH &', 'a SEARCH: expected a search key at octet 10'],
  ['a SEARCH SINCE 31-Feb-2020', 'a SEARCH: A date is like 1-Feb-1994'],
  ['a SEARCH HEAVIER 3', 'a SEARCH: There is no such search key'],
  ['a APPEND INBOX "1-Feb-1994" {3}', 'a APPEND: A date is like "17-Jul-1996 02:44:25 -0700"'],
  ['a APPEND INBOX hello', 'a APPEND: expected a literal with the message at octet 16'],
  ['a ID ("name")', 'a ID: expected a space, then a value at octet 13'],
];

test.each(REFUSED)('%s is refused in words that help', (line, words) => {
  expect(refusalOf(line)).toBe(words);
});

test('parentheses, NOT and OR lie only so deep', () => {
  expect(refusalOf(`a SEARCH ${'('.repeat(5000)}ALL${')'.repeat(5000)}`)).toContain('more than 100 deep');
  expect(refusalOf(`a SEARCH ${'NOT '.repeat(5000)}ALL`)).toContain('more than 100 deep');
  expect(refusalOf(`a SEARCH ${'OR ALL '.repeat(5000)}ALL`)).toContain('more than 100 deep');
  expect(commandOf(`a SEARCH ${'('.repeat(90)}ALL${')'.repeat(90)}`)).toEqual({ name: 'SEARCH', isUid: false, key: { key: 'ALL' } });
});

test('lists are only so long', () => {
  expect(refusalOf(`a SEARCH ${'ALL '.repeat(2000)}ALL`)).toContain('More than 1000 keys');
  expect(refusalOf(`a FETCH ${'1:*,'.repeat(20_000)}1 FLAGS`)).toContain('More than 10000 ranges');
  expect(refusalOf(`a FETCH 1 (${'UID '.repeat(200)}UID)`)).toContain('More than 128 items');
  expect(refusalOf(`a FETCH 1 BODY[HEADER.FIELDS (${'A '.repeat(600)}A)]`)).toContain('More than 512 field names');
  expect(refusalOf(`a FETCH 1 BODY[${'1.'.repeat(70)}1]`)).toContain('at most 64 deep');
  expect(refusalOf(`a STORE 1 FLAGS (${'x '.repeat(200)}x)`)).toContain('More than 128 flags');
  expect(refusalOf(`a LIST "" ${'%'.repeat(2000)}`)).toContain('at most 1024 characters');
  expect(refusalOf(`a STORE 1 FLAGS (${'k'.repeat(200)})`)).toContain('at most 128 characters');
});

test('a string is UTF-8, or else each octet a character', () => {
  const literal = parseCommand('a SEARCH SUBJECT {3}\n', [Buffer.from([0x67, 0xfc, 0x6e])]);
  expect(literal).toEqual({ kind: 'command', tag: 'a', command: { name: 'SEARCH', isUid: false, key: { key: 'SUBJECT', text: 'gün' } } });
  const utf8 = parseCommand(`a SEARCH SUBJECT "${Buffer.from('gün').toString('latin1')}"`, []);
  expect(utf8).toEqual(literal);
});

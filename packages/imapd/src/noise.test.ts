import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { HELLO, PARCEL } from './testing/letters.ts';
import { ReadingRoom } from './testing/reading-room.ts';

const WORDS = [
  'FETCH', 'UID', 'STORE', 'SEARCH', 'COPY', 'MOVE', 'SELECT', 'EXAMINE', 'CLOSE', 'EXPUNGE', 'STATUS', 'LIST', 'LSUB', 'CREATE', 'DELETE', 'RENAME',
  'NOOP', 'CHECK', 'IDLE', 'DONE', 'APPEND', 'ENABLE', 'ID', 'NIL', 'AUTHENTICATE', 'PLAIN', 'STARTTLS', 'UNSELECT', 'SUBSCRIBE', 'INBOX', 'Trash', 'a/b',
  '1', '1:*', '*', '2,1', '0', '4294967295', '99999999999', '(', ')', '(FLAGS)', '+FLAGS', '-FLAGS.SILENT', '(\\Seen \\Deleted)', 'ALL', 'NOT', 'OR', 'TEXT',
  'BODY[]', 'BODY[1.2.HEADER.FIELDS (a)]', 'BODY.PEEK[2.TEXT]<5.10>', 'BODY[9.9.MIME]', 'BODYSTRUCTURE', 'ENVELOPE', 'RFC822', '""', '"x', '"%"', '{3+}', '{3}', '{0+}',
  '(MESSAGES)', 'SINCE', '1-Jan-2026', 'KEYWORD', 'HEADER', 'CHARSET', 'UTF-8', '&', '&AAA-', '\u00e9', '\0', '\t', '~',
];

test('whatever a client says, it gets an answer, and the next client is served', async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.array(fc.constantFrom(...WORDS), { maxLength: 7 }), { maxLength: 12 }), fc.constantFrom(1, 5, 65_536),
    async (lines, segmentMax) => {
      // A bug in any session fails the room when it closes.
      await using room = await ReadingRoom.open({ segmentMax, limits: { loginFailureDelayMs: 0 } });
      await room.put(HELLO);
      await room.put(PARCEL);
      const client = await room.reader();
      await client.command('open', 'SELECT INBOX');
      for (const [index, words] of lines.entries()) client.say(`n${index} ${words.join(' ')}\r\n`);
      client.connection.end();
      while (await client.line() !== undefined) continue;
      expect((await (await room.reader()).command('z', 'NOOP')).at(-1)).toMatch(/^z OK/);
    },
  ), { numRuns: 150 });
});

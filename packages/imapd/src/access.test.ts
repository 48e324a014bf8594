import { expect, test } from 'vitest';
import { uid } from '@posthorn/store/ids.ts';
import { HELLO } from './testing/letters.ts';
import { ReadingRoom } from './testing/reading-room.ts';
import type { Client } from './testing/transcript.ts';

const RIGHTS = 'lrswipkxtea';

/** RFC 4314 §4, written down once more: a command, and the rights it takes. */
interface Row {
  readonly command: string;
  /** All of these. */
  readonly needs: string;
  /** Said in the open mailbox, which takes `r`; in an own one, or in none. */
  readonly within?: 'it' | 'own';
  /** What is asked of the whole answer; by default that it ends in OK. */
  readonly isGranted?: (answer: readonly string[]) => boolean;
}

const LITERAL = `{14+}\r\nSubject: x\r\n\r\n`;
const MENTIONS = (word: string) => (answer: readonly string[]): boolean => answer.slice(0, -1).join('\n').includes(word);

const TABLE: readonly Row[] = [
  { command: 'SELECT BOX', needs: 'r' },
  { command: 'EXAMINE BOX', needs: 'r' },
  { command: 'STATUS BOX (MESSAGES)', needs: 'r' },
  { command: 'LIST "" BOX', needs: 'l', isGranted: MENTIONS('LIST') },
  { command: 'LIST "" BOX RETURN (STATUS (MESSAGES))', needs: 'lr', isGranted: MENTIONS('STATUS') },
  { command: 'LIST "" BOX RETURN (METADATA (/shared/comment))', needs: 'lr', isGranted: MENTIONS('METADATA') },
  { command: 'CREATE BOX/new', needs: 'k' },
  { command: 'DELETE BOX', needs: 'x' },
  { command: 'RENAME BOX OPEN/moved', needs: 'x' },
  { command: 'RENAME OPEN/thing BOX/moved', needs: 'k' },
  { command: `APPEND BOX ${LITERAL}`, needs: 'i' },
  { command: `APPEND Drafts CATENATE (URL "/BOX/;UID=1")`, needs: 'r' },
  { command: 'GETACL BOX', needs: 'a' },
  { command: 'SETACL BOX anyone lr', needs: 'a' },
  { command: 'DELETEACL BOX anyone', needs: 'a' },
  { command: 'LISTRIGHTS BOX anyone', needs: 'a' },
  { command: 'GETQUOTAROOT BOX', needs: 'r' },
  { command: 'GETMETADATA BOX /shared/comment', needs: 'r' },
  { command: 'SETMETADATA BOX (/shared/comment "hi")', needs: 'w' },
  { command: 'SETMETADATA BOX (/private/comment "hi")', needs: 'r' },
  { command: 'COPY 1 BOX', needs: 'i', within: 'own' },
  { command: 'MOVE 1 BOX', needs: 'i', within: 'own' },
  { command: `REPLACE 1 BOX ${LITERAL}`, needs: 'i', within: 'own' },
  { command: 'FETCH 1 (FLAGS BODY.PEEK[])', needs: 'r', within: 'it' },
  { command: 'FETCH 1 BODY[TEXT]', needs: 'rs', within: 'it', isGranted: MENTIONS('\\Seen') },
  { command: 'SEARCH ALL', needs: 'r', within: 'it' },
  { command: 'SORT (DATE) UTF-8 ALL', needs: 'r', within: 'it' },
  { command: 'THREAD REFERENCES UTF-8 ALL', needs: 'r', within: 'it' },
  { command: 'COPY 1 Trash', needs: 'r', within: 'it' },
  { command: 'STORE 1 +FLAGS (\\Seen)', needs: 'rs', within: 'it' },
  { command: 'STORE 1 +FLAGS (\\Deleted)', needs: 'rt', within: 'it' },
  { command: 'STORE 1 +FLAGS ($Work)', needs: 'rw', within: 'it' },
  { command: 'STORE 2 FLAGS (\\Flagged)', needs: 'rw', within: 'it' },
  { command: 'EXPUNGE', needs: 're', within: 'it' },
  { command: 'UID EXPUNGE 2', needs: 're', within: 'it' },
  { command: 'CLOSE', needs: 're', within: 'it' },
  { command: 'MOVE 1 Trash', needs: 'rte', within: 'it' },
  { command: `REPLACE 1 Drafts ${LITERAL}`, needs: 'rte', within: 'it' },
];

/** Each right alone, all but each, all, and none: of what can be granted, what tells one right from the others. */
const SINGLE = ['', RIGHTS, ...Array.from(RIGHTS)];
const GRANTS = { eve: [...SINGLE, ...Array.from(RIGHTS, (right) => RIGHTS.replace(right, ''))], anyone: SINGLE };

interface House {
  readonly room: ReadingRoom;
  /** Grants what it says to `who` in a new mailbox of bob's with two letters, the second \Deleted; gives its name there. */
  box(who: 'eve' | 'anyone', rights: string): Promise<string>;
  /** Takes away what the last one left, so that there are never many. */
  clear(name: string): Promise<void>;
  /** How many letters are in it. */
  letters(name: string): Promise<number>;
}

async function house(): Promise<House> {
  const room = await ReadingRoom.open();
  const { store } = room;
  for (const user of ['bob@elm.test', 'eve@elm.test']) await room.put(HELLO, { user });
  await room.put(HELLO, { user: 'bob@elm.test', mailbox: 'Archive' });
  const bob = await store.accounts.byAddress('bob@elm.test');
  const eve = await store.accounts.byAddress('eve@elm.test');
  if (bob === undefined || eve === undefined) throw new Error('nobody');
  const make = async (name: string, rights: string, who: 'eve' | 'anyone'): Promise<void> => {
    const archive = await store.mailboxes.byName(bob.id, 'Archive');
    const made = await store.mailboxes.create(bob.id, name, 0);
    if (made.kind !== 'created' || archive === undefined) throw new Error('it was to be made');
    const key = { account: bob.id, mailbox: made.mailbox.id };
    for (let count = 0; count < 2; count++) await store.messages.copy({ account: bob.id, mailbox: archive.id, uids: [uid(1)], target: made.mailbox.id, at: 0 });
    await store.messages.setFlags({ ...key, uids: [uid(2)], how: 'add', flags: ['\\Deleted'], at: 0 });
    await store.sharing.grant(key, who === 'eve' ? eve.id : 'anyone', rights);
  };
  let boxes = 0;
  return {
    room,
    box: async (who, rights) => {
      const name = `box${boxes++}`;
      await make(name, rights, who);
      // Where letters and mailboxes of eve's can go without being in question.
      await make(`open${name}`, RIGHTS, 'anyone');
      await make(`open${name}/thing`, RIGHTS, 'anyone');
      return name;
    },
    clear: async (name) => {
      for (const left of [name, `${name}/new`, `${name}/moved`, `open${name}`, `open${name}/thing`, `open${name}/moved`]) await store.mailboxes.remove(bob.id, left, 0);
    },
    letters: async (name) => {
      const mailbox = await store.mailboxes.byName(bob.id, name);
      return mailbox === undefined ? 0 : (await store.messages.states({ account: bob.id, mailbox: mailbox.id })).length;
    },
  };
}

/** Says the command, and whether it was granted. */
async function isGranted(client: Client, row: Row, { prefix, name }: { readonly prefix: string; readonly name: string }): Promise<boolean> {
  const own = row.within === 'own' ? 'INBOX' : undefined;
  if (row.within !== undefined) {
    const opened = await client.command('open', `SELECT ${own ?? prefix + name}`);
    if (!opened.at(-1)?.startsWith('open OK')) return false;
  }
  const answer = await client.command('a', row.command.replaceAll('BOX', prefix + name).replaceAll('OPEN', `${prefix}open${name}`));
  if (row.within !== undefined) await client.command('end', 'UNSELECT');
  if (row.isGranted !== undefined) return row.isGranted(answer);
  return answer.at(-1)?.startsWith('a OK') ?? false;
}

/** What CLOSE takes away without the right is nothing, and it says OK all the same. */
async function isClosedEmptier({ room, letters }: House, client: Client, { prefix, name }: { readonly prefix: string; readonly name: string }): Promise<boolean> {
  const opened = await client.command('open', `SELECT ${prefix}${name}`);
  if (!opened.at(-1)?.startsWith('open OK')) return false;
  await client.command('a', 'CLOSE');
  expect(room.store).toBeDefined();
  return await letters(name) === 1;
}

test.each(['eve', 'anyone'] as const)('every command asks for its rights, and for no others, when they are granted to %s', async (who) => {
  const home = await house();
  await using _ = home.room;
  const client = await home.room.reader();
  const wrong: string[] = [];
  for (const rights of GRANTS[who]) {
    for (const row of TABLE) {
      const place = { prefix: '#users/bob@elm.test/', name: await home.box(who, rights) };
      const granted = row.command === 'CLOSE' ? await isClosedEmptier(home, client, place) : await isGranted(client, row, place);
      // RFC 4314 §6: a mailbox of which one may not even know is not there at all.
      const isKnown = /[lrikxa]/.test(rights);
      const expected = isKnown && Array.from(row.needs).every((right) => rights.includes(right));
      if (granted !== expected) wrong.push(`${row.command.split('\r\n')[0]} with "${rights}": ${granted ? 'granted' : 'refused'}`);
      await home.clear(place.name);
      // COPY and MOVE from INBOX need something to be there.
      if (row.within === 'own' && granted) await home.room.put(HELLO);
    }
  }
  expect(wrong).toEqual([]);
}, 300_000);

test('an owner may do everything, and a stranger nothing, whatever others were granted', async () => {
  const home = await house();
  await using _ = home.room;
  const [owner, stranger] = [await home.room.reader('bob@elm.test'), await home.room.reader('zoe@elm.test')];
  await home.room.put(HELLO, { user: 'zoe@elm.test' });
  for (const row of TABLE) {
    const label = row.command.split('\r\n')[0] ?? '';
    if (row.command !== 'CLOSE') {
      expect(await isGranted(stranger, row, { prefix: '#users/bob@elm.test/', name: await home.box('eve', RIGHTS) }), `${label} of a stranger`).toBe(false);
      expect(await isGranted(owner, row, { prefix: '', name: await home.box('eve', '') }), `${label} of the owner`).toBe(true);
    }
    if (row.within === 'own') await home.room.put(HELLO, { user: 'bob@elm.test' });
  }
}, 120_000);

test('flags that one may not set do not go along: STORE passes over them, APPEND and COPY leave them behind', async () => {
  const home = await house();
  await using _ = home.room;
  const name = `#users/bob@elm.test/${await home.box('eve', 'lriw')}`;
  const client = await home.room.reader();
  await home.room.put(HELLO, { flags: String.raw`\Seen \Deleted \Flagged Work` });
  await client.command('open', 'SELECT INBOX');
  await client.command('x', `COPY 2 ${name}`);
  await client.command('y', `APPEND ${name} (\\Seen \\Answered) ${LITERAL}`);
  await home.room.play(client, String.raw`
    C: a SELECT ${name}
    S: * OK [CLOSED] …
    S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft Work)
    S: * OK [PERMANENTFLAGS (\Answered \Flagged \Draft Work \*)] …
    S: * 4 EXISTS
    S: * 4 RECENT
    S: * OK [UNSEEN 1] …
    S: * OK [UIDVALIDITY …
    S: * OK [UIDNEXT 5] …
    S: * OK [HIGHESTMODSEQ …
    S: * OK [MAILBOXID …
    S: a OK [READ-WRITE] …
    C: b FETCH 3:4 FLAGS
    S: * 3 FETCH (FLAGS (\Flagged Work \Recent))
    S: * 4 FETCH (FLAGS (\Answered \Recent))
    S: b OK …
    C: c STORE 2 FLAGS (\Seen \Draft)
    S: * 2 FETCH (FLAGS (\Deleted \Draft \Recent))
    S: c OK …`);
});

test('rights that are taken away close the mailbox, also of a session that idles', async () => {
  const home = await house();
  await using _ = home.room;
  const name = await home.box('eve', 'lr');
  const [owner, one, two] = [await home.room.reader('bob@elm.test'), await home.room.reader(), await home.room.reader()];
  await one.command('open', `SELECT #users/bob@elm.test/${name}`);
  await two.command('open', `SELECT #users/bob@elm.test/${name}`);
  two.say('i IDLE\r\n');
  expect(await two.line()).toBe('+ idling');
  await owner.command('x', `SETACL ${name} eve@elm.test -r`);
  expect(await two.line()).toMatch(/^\* OK \[CLOSED\]/);
  expect(await two.line()).toMatch(/^i NO \[NOPERM\]/);
  await home.room.play(one, `
    C: a FETCH 1 FLAGS
    S: * OK [CLOSED] …
    S: a BAD Select a mailbox first
    C: b STATUS #users/bob@elm.test/${name} (MESSAGES)
    S: b NO [NOPERM] …`);
});

import type { MessageEnvelope } from '@posthorn/mail/message-envelope.ts';
import type { Part } from '@posthorn/mail/structure.ts';
import { expect, test } from 'vitest';
import { formatBody } from './bodystructure.ts';
import { AFTER_LOGIN, CommandReader } from './command-reader.ts';
import type { Command, FetchItem } from './command.ts';
import { formatEnvelope } from './envelope.ts';
import { fetchLine, sectionLabel } from './fetch-response.ts';
import { formatDateTime } from './imap-date.ts';
import { flagList, flagsLine, literalHead, tagged, untagged } from './response.ts';
import { REV1 } from './dialect.ts';
import { formatUpdates, mayExpungeDuring, SessionView } from './session-view.ts';

const gray = { name: 'Terry Gray', mailbox: 'gray', host: 'cac.washington.edu' };
const ENVELOPE: MessageEnvelope = {
  date: 'Wed, 17 Jul 1996 02:23:25 -0700 (PDT)', subject: 'IMAP4rev1 WG mtg summary and minutes', from: [gray], sender: [], replyTo: [],
  to: [{ name: null, mailbox: 'imap', host: 'cac.washington.edu' }], cc: [], bcc: [], inReplyTo: null, messageId: '<B27397-0100000@cac.washington.edu>',
};
const BODY: Part = { type: 'text', subtype: 'plain', parameters: [['charset', 'us-ascii']], encoding: '7bit', header: { start: 0, end: 0 }, body: { start: 0, end: 3028 }, lines: 92 };
const HEADER = 'Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\r\nSubject: IMAP4rev1 WG mtg summary and minutes\r\n\r\n';
const FLAGS = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'];

/** As much of a server as the sample connection needs: a mailbox of 18 messages, all alike. */
class Sample {
  readonly #reader = new CommandReader(AFTER_LOGIN);
  readonly view = new SessionView((value) => value);

  constructor() {
    this.view.apply({ changed: Array.from({ length: 18 }, (_, index) => ({ uid: index + 101, modseq: 1, flags: index < 16 ? ['\\Seen'] : [] })), recentFrom: 117 });
  }

  /** All that is answered to a line. */
  answer(line: string): string {
    this.#reader.push(Buffer.from(`${line}\r\n`));
    const event = this.#reader.next();
    if (event?.kind === 'bad') return tagged(event.tag, { condition: 'BAD', text: event.text });
    if (event?.kind !== 'command') return `(${event?.kind})`;
    const said = this.#obey(event.command);
    const news = event.command.name === 'SELECT' ? [] : this.view.take({ mayExpunge: mayExpungeDuring(event.command) });
    return said + formatUpdates(news, REV1) + tagged(event.tag, { condition: 'OK', text: `${event.command.name} completed` });
  }

  #obey(command: Command): string {
    switch (command.name) {
      case 'SELECT': {
        return formatUpdates(this.view.take({ mayExpunge: true }), REV1) + flagsLine(FLAGS) + untagged({ condition: 'OK', code: `UNSEEN ${this.view.firstUnseen()}`, text: 'The first one unseen' });
      }
      case 'FETCH': return this.#each(command, (uid) => command.items.map((item) => this.#item(item, uid)));
      case 'STORE':
        this.view.settle((this.view.resolve(command.set, command.isUid) ?? []).map((uid) => ({ uid, modseq: 2, flags: [...this.view.flagsOf(uid) ?? [], ...command.flags] })));
        return this.#each(command, (uid) => [this.#item({ item: 'FLAGS' }, uid)]);
      case 'LOGOUT': return untagged({ condition: 'BYE', text: 'IMAP4rev1 server terminating connection' });
      default: return '';
    }
  }

  #each(command: Extract<Command, { readonly name: 'FETCH' | 'STORE' }>, items: (uid: number) => readonly string[]): string {
    return (this.view.resolve(command.set, command.isUid) ?? []).map((uid) => fetchLine({ seqNum: this.view.seqNumOf(uid) ?? 0, uid }, items(uid), REV1)).join('');
  }

  #item(item: FetchItem, uid: number): string {
    switch (item.item) {
      case 'FLAGS': return `FLAGS ${flagList(this.view.flagsOf(uid) ?? [])}`;
      case 'INTERNALDATE': return `INTERNALDATE ${formatDateTime(Date.UTC(1996, 6, 17, 9, 44, 25), -420)}`;
      case 'RFC822.SIZE': return 'RFC822.SIZE 4286';
      case 'ENVELOPE': return `ENVELOPE ${formatEnvelope(ENVELOPE)}`;
      case 'SECTION': return `${sectionLabel(item)} ${literalHead(HEADER.length)}${HEADER}`;
      default: return `BODY ${formatBody(BODY, { isExtended: false })}`;
    }
  }
}

/** Lines of a transcript: what the client says is said, and the server's answer put behind it. */
function played(server: Sample, said: readonly string[]): string {
  return said.map((line) => `C: ${line}\n${server.answer(line).trimEnd().split('\r\n').map((answer) => `S: ${answer}\n`).join('')}`).join('');
}

test('RFC 3501 §8: the sample connection', () => {
  expect(played(new Sample(), ['a002 select inbox', 'a003 fetch 12 full', 'a004 fetch 12 body[header]', 'a005 store 12 +flags \\deleted', 'a006 logout'])).toBe(`\
C: a002 select inbox
S: * 18 EXISTS
S: * 2 RECENT
S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
S: * OK [UNSEEN 17] The first one unseen
S: a002 OK SELECT completed
C: a003 fetch 12 full
S: * 12 FETCH (FLAGS (\\Seen) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 4286 ENVELOPE ("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) NIL NIL NIL "<B27397-0100000@cac.washington.edu>") BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3028 92))
S: a003 OK FETCH completed
C: a004 fetch 12 body[header]
S: * 12 FETCH (BODY[HEADER] {94}
S: Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
S: Subject: IMAP4rev1 WG mtg summary and minutes
S: 
S: )
S: a004 OK FETCH completed
C: a005 store 12 +flags \\deleted
S: * 12 FETCH (FLAGS (\\Seen \\Deleted))
S: a005 OK STORE completed
C: a006 logout
S: * BYE IMAP4rev1 server terminating connection
S: a006 OK LOGOUT completed
`);
});

test('RFC 3501 §7.4.1: what another session expunged is told at NOOP, and not while FETCH is answered', () => {
  const server = new Sample();
  server.answer('a select inbox');
  server.view.apply({ changed: [{ uid: 119, modseq: 3, flags: [] }], vanished: [104, 102] });
  expect(played(server, ['b fetch 5 flags', 'c noop', 'd fetch 3 flags'])).toBe(`\
C: b fetch 5 flags
S: * 5 FETCH (FLAGS (\\Seen))
S: * 19 EXISTS
S: b OK FETCH completed
C: c noop
S: * 4 EXPUNGE
S: * 2 EXPUNGE
S: c OK NOOP completed
C: d fetch 3 flags
S: * 3 FETCH (FLAGS (\\Seen))
S: d OK FETCH completed
`);
});

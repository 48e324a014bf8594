import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCommand } from './command-parser.ts';
import type { MessageSet } from './command.ts';
import { REV1 } from './dialect.ts';
import { formatUpdates, mayExpungeDuring, seqNum, SessionView } from './session-view.ts';

type Uid = number & { readonly uid: unique symbol };
const uid = (value: number): Uid => value as Uid;
const state = (value: number, modseq: number, ...flags: readonly string[]): { uid: Uid; modseq: number; flags: readonly string[] } => ({ uid: uid(value), modseq, flags });

/** A session that has just selected a mailbox with messages of these UIDs. */
function selected(...uids: readonly number[]): SessionView<Uid> {
  const view = new SessionView(uid);
  view.apply({ changed: uids.map((value) => state(value, 1)) });
  view.take({ mayExpunge: true });
  return view;
}

/** What is told, as lines. */
function told(view: SessionView<Uid>, mayExpunge = true): readonly string[] {
  return formatUpdates(view.take({ mayExpunge }), REV1).split('\r\n').slice(0, -1);
}

function setOf(text: string): MessageSet {
  const parsed = parseCommand(`a FETCH ${text} FLAGS`, []);
  if (parsed.kind !== 'command' || parsed.command.name !== 'FETCH') throw new Error(text);
  return parsed.command.set;
}

test('new messages are told by their number, and \\Recent ones apart', () => {
  const view = selected(5, 7);
  view.apply({ changed: [state(9, 2), state(8, 2)], recentFrom: uid(9) });
  expect(view.count).toBe(2);
  expect(told(view, false)).toEqual(['* 4 EXISTS', '* 1 RECENT']);
  expect(view.uids()).toEqual([5, 7, 8, 9]);
  expect(view.flagsOf(uid(9))).toEqual(['\\Recent']);
  expect(told(view)).toEqual([]);
});

test('changed flags are told with the number and the UID', () => {
  const view = selected(5, 7);
  view.apply({ changed: [state(7, 2, '\\Seen', 'work')] });
  expect(told(view, false)).toEqual(['* 2 FETCH (UID 7 FLAGS (\\Seen work))']);
  view.apply({ changed: [state(7, 3, 'WORK', '\\seen')] });
  expect(told(view)).toEqual([]);
});

test('messages that are gone are told from the last to the first', () => {
  const view = selected(1, 2, 3, 4, 5);
  view.apply({ changed: [], vanished: [uid(2), uid(4), uid(5)] });
  expect(told(view)).toEqual(['* 5 EXPUNGE', '* 4 EXPUNGE', '* 2 EXPUNGE']);
  expect(view.uids()).toEqual([1, 3]);
});

test('RFC 3501 §7.4.1: what is gone keeps its number until it may be told', () => {
  const view = selected(1, 2, 3);
  view.apply({ changed: [state(4, 2), state(3, 2, '\\Seen')], vanished: [uid(1)] });
  expect(told(view, false)).toEqual(['* 4 EXISTS', '* 3 FETCH (UID 3 FLAGS (\\Seen))']);
  expect(view.seqNumOf(uid(3))).toBe(3);
  expect(view.uidAt(seqNum(1))).toBe(1);
  expect(view.isVanished(uid(1))).toBe(true);
  expect(view.resolve(setOf('1:*'), false)).toEqual([2, 3, 4]);
  expect(view.hasUpdates({ mayExpunge: false })).toBe(false);
  expect(view.hasUpdates({ mayExpunge: true })).toBe(true);
  expect(told(view)).toEqual(['* 1 EXPUNGE']);
  expect(view.seqNumOf(uid(3))).toBe(2);
});

test('a message that came and went unheard is never told of', () => {
  const view = selected(1);
  view.apply({ changed: [state(2, 2)] });
  view.apply({ changed: [], vanished: [uid(2)] });
  view.apply({ changed: [state(3, 3)], vanished: [uid(3)] });
  expect(told(view)).toEqual([]);
  expect(view.count).toBe(1);
});

test('it is known whose flags the client has not heard of', () => {
  const view = selected(1, 2);
  view.apply({ changed: [state(2, 2, '\\Seen')] });
  expect([view.isUntold(uid(1)), view.isUntold(uid(2))]).toEqual([false, true]);
  view.settle([state(2, 3, '\\Seen', '\\Flagged')]);
  expect(view.isUntold(uid(2))).toBe(false);
});

test('flags of a message that is gone are not told', () => {
  const view = selected(1, 2);
  view.apply({ changed: [state(1, 2, '\\Deleted')], vanished: [uid(1)] });
  expect(told(view, false)).toEqual([]);
});

test('what a session did itself it does not hear again; what another did it does', () => {
  const view = selected(1, 2);
  view.settle([state(1, 5, '\\Seen')]);
  view.apply({ changed: [state(1, 5, '\\Seen')] });
  expect(told(view)).toEqual([]);
  view.apply({ changed: [state(1, 6, '\\Seen', '\\Flagged')] });
  expect(told(view)).toEqual(['* 1 FETCH (UID 1 FLAGS (\\Seen \\Flagged))']);
});

test('older news does not undo newer', () => {
  const view = selected(1);
  view.apply({ changed: [state(1, 9, '\\Flagged')] });
  view.settle([state(1, 8, '\\Seen')]);
  expect(view.flagsOf(uid(1))).toEqual(['\\Flagged']);
});

test('a set of numbers becomes UIDs, each once and ascending', () => {
  const view = selected(10, 20, 30, 40);
  expect(view.resolve(setOf('4,1:2,2'), false)).toEqual([10, 20, 40]);
  expect(view.resolve(setOf('*:3'), false)).toEqual([30, 40]);
  expect(view.resolve(setOf('15:35'), true)).toEqual([20, 30]);
  expect(view.resolve(setOf('35:15,*'), true)).toEqual([20, 30, 40]);
  expect(view.resolve(setOf('99:*'), true)).toEqual([40]);
  expect(view.resolve(setOf('99'), true)).toEqual([]);
});

test('a number beyond the last message is BAD; a UID beyond it is nothing (RFC 9051 §9 seq-number)', () => {
  expect(selected(10).resolve(setOf('2'), false)).toBeUndefined();
  expect(selected().resolve(setOf('*'), false)).toBeUndefined();
  expect(selected().resolve(setOf('1:*'), false)).toBeUndefined();
  expect(selected().resolve(setOf('1:*'), true)).toEqual([]);
});

test('the first unseen message is found for SELECT', () => {
  const view = new SessionView(uid);
  view.apply({ changed: [state(1, 1, '\\Seen'), state(2, 1, '\\Answered')] });
  view.take({ mayExpunge: true });
  expect(view.firstUnseen()).toBe(2);
  expect(selected().firstUnseen()).toBeUndefined();
});

test('EXPUNGE may be told during any command but FETCH, STORE and SEARCH by number', () => {
  const during = (line: string): boolean => {
    const parsed = parseCommand(line, []);
    return parsed.kind === 'command' && mayExpungeDuring(parsed.command);
  };
  expect(['a FETCH 1 UID', 'a STORE 1 FLAGS ()', 'a SEARCH ALL'].map(during)).toEqual([false, false, false]);
  expect(['a UID FETCH 1 UID', 'a NOOP', 'a IDLE', 'a COPY 1 x', 'a UID SEARCH ALL', 'a CHECK'].map(during)).toEqual([true, true, true, true, true, true]);
});

type Step =
  | { readonly act: 'arrive' | 'take' | 'take-late' }
  | { readonly act: 'flag' | 'vanish' | 'store'; readonly which: number; readonly flag: string };

const which = fc.nat(1000);
const flag = fc.constantFrom('\\Seen', '\\Flagged', 'work');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ act: fc.constantFrom('arrive', 'take', 'take-late') }),
  fc.record({ act: fc.constantFrom('flag', 'vanish', 'store'), which, flag }),
);

function sorted(flags: readonly string[]): string {
  return [...flags].sort().join(' ');
}

/** A client that knows nothing but what it is told, and asks for the flags of what is new. */
class Client {
  readonly view = new SessionView(uid);
  readonly complaints: string[] = [];
  readonly known: { uid: number; flags: string }[] = [];

  hear(mayExpunge: boolean): void {
    for (const update of this.view.take({ mayExpunge })) {
      switch (update.kind) {
        case 'expunge':
          this.#check(mayExpunge && this.known.splice(update.seqNum - 1, 1)[0]?.uid === update.uid, 'an EXPUNGE of another, or untimely');
          break;
        case 'exists':
          this.#check(update.count > this.known.length, 'EXISTS of no more');
          while (this.known.length < update.count) {
            const found = this.view.uidAt(seqNum(this.known.length + 1));
            this.known.push({ uid: found ?? 0, flags: found === undefined ? '' : sorted(this.view.flagsOf(found) ?? []) });
          }
          break;
        case 'flags': this.learn(update.seqNum, update.flags); break;
        case 'recent': break;
      }
    }
    this.#check(this.known.every((one, index) => one.uid === this.view.uidAt(seqNum(index + 1))), 'other numbers than the view has');
    this.#check(this.view.count === this.known.length, 'another count than the view has');
  }

  #check(isRight: boolean, complaint: string): void {
    if (!isRight) this.complaints.push(complaint);
  }

  learn(seqNum: number, flags: readonly string[]): void {
    const one = this.known[seqNum - 1];
    if (one !== undefined) one.flags = sorted(flags);
  }
}

test('whatever happens in a mailbox, in the end the client knows it as it is', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const client = new Client();
    const mailbox = new Map<number, readonly string[]>();
    let uidNext = 1;
    let modseq = 1;
    for (const one of steps) {
      if (one.act === 'arrive') {
        mailbox.set(uidNext, []);
        client.view.apply({ changed: [state(uidNext++, ++modseq)] });
      } else if (!('which' in one)) client.hear(one.act === 'take');
      else {
        const found = [...mailbox.keys()][one.which % Math.max(1, mailbox.size)];
        if (found === undefined) continue;
        const flags = [...new Set([...mailbox.get(found) ?? [], one.flag])].sort();
        if (one.act === 'vanish') {
          mailbox.delete(found);
          client.view.apply({ changed: [], vanished: [uid(found)] });
          continue;
        }
        mailbox.set(found, flags);
        const after = state(found, ++modseq, ...flags);
        if (one.act === 'store') {
          client.view.settle([after]);
          client.learn(client.view.seqNumOf(uid(found)) ?? 0, flags);
        }
        client.view.apply({ changed: [after] });
      }
    }
    client.hear(true);
    expect(client.complaints).toEqual([]);
    expect(client.known).toEqual([...mailbox].map(([found, flags]) => ({ uid: found, flags: sorted(flags) })));
    expect(client.view.hasUpdates({ mayExpunge: true })).toBe(false);
  }), { numRuns: 5000 });
});

test('a set of ten thousand times everything costs what everything costs', () => {
  const view = selected(...Array.from({ length: 100_000 }, (_, index) => index * 3 + 1));
  const set = Array.from({ length: 10_000 }, () => ({ from: 1, to: Infinity }));
  expect(view.resolve(set, true)).toHaveLength(100_000);
  expect(view.resolve(set, false)).toHaveLength(100_000);
});

test('two hundred thousand messages take a few megabytes', () => {
  const states = Array.from({ length: 200_000 }, (_, index) => state(index + 1, index + 1, ...(index % 2 === 0 ? ['\\Seen'] : ['\\Seen', '\\Answered'])));
  const before = process.memoryUsage();
  const view = new SessionView(uid);
  view.apply({ changed: states });
  const after = process.memoryUsage();
  // Arrays only: what is made on the way may not have been collected yet.
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(12 * 1024 * 1024);
  view.apply({ changed: [], vanished: states.filter((_, index) => index % 2 === 0).map((one) => one.uid) });
  expect(view.count).toBe(0);
  view.take({ mayExpunge: true });
  expect(view.count).toBe(100_000);
});

test('a session that sees ever new keywords does not keep them all', () => {
  const view = selected(1, 2);
  for (let round = 0; round < 10_000; round++) view.apply({ changed: [state(1, round + 2, `keyword-${round}`)] });
  expect(view.flagsOf(uid(1))).toEqual(['keyword-9999']);
  expect(told(view)).toEqual(['* 1 FETCH (UID 1 FLAGS (keyword-9999))']);
});

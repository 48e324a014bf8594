import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { HELLO } from './testing/letters.ts';
import { ReadingRoom } from './testing/reading-room.ts';
import type { Client } from './testing/transcript.ts';

type Flags = ReadonlySet<string>;

/** A mail program that believes what it is told, and keeps count. */
class Reader {
  readonly #client: Client;
  /** By sequence number less one; a UID or flags that it has not heard of yet are absent. */
  readonly messages: { uid?: number; flags?: Flags }[] = [];
  #tags = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  async say(text: string, { isExpungeForbidden = false } = {}): Promise<string> {
    const tag = `t${this.#tags++}`;
    const lines = await this.#client.command(tag, text);
    // What follows a literal belongs to the response that bears it.
    for (const response of lines.slice(0, -1).join('\n').split(/\n(?=\* )/)) this.#hear(response, isExpungeForbidden);
    return lines.at(-1) ?? '';
  }

  #hear(line: string, isExpungeForbidden: boolean): void {
    const [, number, what, rest] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH) ?(.*)$/s.exec(line) ?? [];
    const at = Number(number);
    if (what === 'EXISTS') {
      must(at >= this.messages.length, 'EXISTS shrinks no mailbox');
      while (this.messages.length < at) this.messages.push({});
    } else if (what === 'EXPUNGE') {
      must(!isExpungeForbidden, 'no EXPUNGE while numbers are in use');
      must(at >= 1 && at <= this.messages.length, 'EXPUNGE of what is there');
      this.messages.splice(at - 1, 1);
    } else if (what === 'FETCH') {
      const message = this.messages[at - 1];
      if (message === undefined) throw new Error(`FETCH of a message it never heard of: ${line}`);
      const uid = /UID (\d+)/.exec(rest ?? '')?.[1];
      if (uid !== undefined) {
        must((message.uid ?? Number(uid)) === Number(uid), 'a number means one message');
        message.uid = Number(uid);
      }
      const flags = /FLAGS \(([^)]*)\)/.exec(rest ?? '')?.[1];
      if (flags !== undefined) message.flags = flagsOf(flags);
    }
  }
}

function must(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`broken: ${what}`);
}

function flagsOf(text: string): Flags {
  return new Set(text.split(' ').filter((flag) => flag !== '' && flag !== '\\Recent'));
}

const FLAGS = ['\\Seen', '\\Deleted', '\\Flagged', 'work'];

type Step =
  | { readonly kind: 'append' | 'expunge' | 'noop' | 'search' | 'uid search' | 'fetch' | 'read' }
  | { readonly kind: 'store'; readonly at: number; readonly sign: '+' | '-' | ''; readonly flag: string; readonly isSilent: boolean; readonly isUid: boolean }
  | { readonly kind: 'copy' | 'move' | 'uid expunge'; readonly at: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>({ kind: 'append' }, { kind: 'append' }, { kind: 'expunge' }, { kind: 'noop' }, { kind: 'search' }, { kind: 'uid search' }, { kind: 'fetch' }, { kind: 'read' }),
  fc.record({
    kind: fc.constant('store' as const), at: fc.nat(9), sign: fc.constantFrom('+' as const, '-' as const, '' as const),
    flag: fc.constantFrom(...FLAGS), isSilent: fc.boolean(), isUid: fc.boolean(),
  }),
  fc.record({ kind: fc.constantFrom('copy' as const, 'move' as const, 'uid expunge' as const), at: fc.nat(9) }),
);

async function take(reader: Reader, act: Step): Promise<void> {
  const { messages } = reader;
  const number = 'at' in act && messages.length > 0 ? (act.at % messages.length) + 1 : 0;
  const message = messages[number - 1];
  switch (act.kind) {
    case 'append': return void await reader.say(`APPEND INBOX (work) {${HELLO.length}+}\r\n${HELLO}`);
    case 'expunge': return void await reader.say('EXPUNGE');
    case 'noop': return void await reader.say('NOOP');
    case 'search': return void await reader.say('SEARCH UNDELETED', { isExpungeForbidden: true });
    case 'uid search': return void await reader.say('UID SEARCH SUBJECT hello');
    default: break;
  }
  if (messages.length === 0) return;
  switch (act.kind) {
    case 'fetch': return void await reader.say(`FETCH 1:${messages.length} (UID FLAGS RFC822.SIZE)`, { isExpungeForbidden: true });
    case 'read': return void await reader.say('FETCH 1 BODY[TEXT]<0.3>', { isExpungeForbidden: true });
    case 'copy': return void await reader.say(`COPY ${number} INBOX`);
    case 'move': return void await reader.say(`MOVE ${number} Trash`);
    case 'uid expunge': return message?.uid === undefined ? undefined : void await reader.say(`UID EXPUNGE ${message.uid}`);
    case 'store': {
      const isUid = act.isUid && message?.uid !== undefined;
      // As mail programs do it: a silent change is noted when it is sent.
      if (act.isSilent && message?.flags !== undefined) message.flags = changed(message.flags, act);
      const items = `${act.sign}FLAGS${act.isSilent ? '.SILENT' : ''} (${act.flag})`;
      return void await reader.say(`${isUid ? `UID STORE ${message.uid}` : `STORE ${number}`} ${items}`, { isExpungeForbidden: !isUid });
    }
    default: return undefined;
  }
}

function changed(flags: Flags, { sign, flag }: { readonly sign: '+' | '-' | ''; readonly flag: string }): Flags {
  if (sign === '+') return new Set([...flags, flag]);
  return sign === '-' ? new Set([...flags].filter((other) => other !== flag)) : new Set([flag]);
}

test('two programs that share a mailbox end up believing what is true, whatever both did', async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.tuple(step, fc.option(step, { nil: undefined }), fc.boolean()), { minLength: 1, maxLength: 25 }),
    async (turns) => {
      await using room = await ReadingRoom.open();
      const [one, two] = [new Reader(await room.reader()), new Reader(await room.reader())];
      for (const reader of [one, two]) await reader.say('SELECT INBOX');
      for (const [first, second, isSwapped] of turns) {
        const [a, b] = isSwapped ? [two, one] : [one, two];
        // Both at once, where there are two.
        await Promise.all([take(a, first), second === undefined ? undefined : take(b, second)]);
      }
      const truth = new Reader(await room.reader());
      for (const reader of [one, two, truth]) {
        await reader.say(reader === truth ? 'EXAMINE INBOX' : 'NOOP');
        // What it was told of flags must be right without asking again.
        if (reader.messages.length > 0) await reader.say(reader === truth ? 'FETCH 1:* (UID FLAGS)' : 'FETCH 1:* UID', { isExpungeForbidden: true });
      }
      for (const reader of [one, two]) {
        expect(reader.messages.map(({ uid }) => uid)).toEqual(truth.messages.map(({ uid }) => uid));
        for (const [index, { flags }] of reader.messages.entries()) {
          if (flags !== undefined) expect(flags).toEqual(truth.messages[index]?.flags);
        }
      }
    },
  ), { numRuns: 100 });
});

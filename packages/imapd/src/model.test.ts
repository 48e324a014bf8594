import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { HELLO } from './testing/letters.ts';
import { MailProgram, type Manner, sorted } from './testing/mail-program.ts';
import { ReadingRoom } from './testing/reading-room.ts';

/** Four programs with one mailbox in front of them: two of its owner's, two of somebody's it is shared with. */
const PROGRAMS: readonly { readonly user: string; readonly prefix: string; readonly manner: Manner }[] = [
  { user: 'bob@elm.test', prefix: '', manner: { enables: [], isUidOnly: false, canResync: false } },
  { user: 'bob@elm.test', prefix: '', manner: { enables: ['QRESYNC'], isUidOnly: false, canResync: true } },
  { user: 'eve@elm.test', prefix: '#users/bob@elm.test/', manner: { enables: ['CONDSTORE', 'IMAP4rev2'], isUidOnly: false, canResync: false } },
  { user: 'eve@elm.test', prefix: '#users/bob@elm.test/', manner: { enables: ['QRESYNC', 'UIDONLY'], isUidOnly: true, canResync: true } },
];

/** What a mailbox is, at its simplest. */
class Model {
  messages: { readonly uid: number; flags: ReadonlySet<string> }[] = [];
  #uidNext = 1;

  append(flags: readonly string[]): void {
    this.messages.push({ uid: this.#uidNext++, flags: new Set(flags) });
  }

  store(uid: number | undefined, sign: string, flag: string): void {
    const message = this.messages.find((one) => one.uid === uid);
    if (message === undefined) return;
    const others = [...message.flags].filter((one) => one !== flag);
    message.flags = new Set(sign === '+' ? [...others, flag] : sign === '-' ? others : [flag]);
  }

  /** Those of `uids` that are \Deleted go. */
  expunge(uids: readonly (number | undefined)[]): void {
    this.messages = this.messages.filter(({ uid, flags }) => !flags.has('\\Deleted') || !uids.includes(uid));
  }

  copy(uid: number | undefined): void {
    const message = this.messages.find((one) => one.uid === uid);
    if (message !== undefined) this.append([...message.flags]);
  }

  take(uid: number | undefined): void {
    this.messages = this.messages.filter((one) => one.uid !== uid);
  }

  get state(): readonly string[] {
    return this.messages.map(({ uid, flags }) => `${uid} ${sorted(flags)}`);
  }
}

const FLAGS = ['\\Seen', '\\Deleted', '\\Flagged', 'work'];

type Act =
  | { readonly kind: 'append' | 'expunge' | 'noop' | 'fetch' | 'search' | 'come back' }
  | { readonly kind: 'store'; readonly at: number; readonly sign: '' | '+' | '-'; readonly flag: string; readonly isSilent: boolean; readonly isUid: boolean }
  | { readonly kind: 'copy' | 'move' | 'uid expunge' | 'read'; readonly at: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Act>(...(['append', 'expunge', 'noop', 'fetch', 'search', 'come back'] as const).map((kind) => ({ kind }))) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('store' as const), at: fc.nat(5), sign: fc.constantFrom('' as const, '+' as const, '-' as const), flag: fc.constantFrom(...FLAGS), isSilent: fc.boolean(), isUid: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('copy' as const, 'move' as const, 'uid expunge' as const, 'read' as const), at: fc.nat(5) }) },
);

/** One program acts; the model does the same to what is meant. */
async function perform(program: MailProgram, step: Act, { model, mailbox }: { readonly model: Model; readonly mailbox: string }): Promise<void> {
  const { isUidOnly, canResync } = program.manner;
  const isExpungeForbidden = !isUidOnly;
  const uid = isUidOnly ? 'UID ' : '';
  switch (step.kind) {
    case 'append':
      model.append(['work']);
      return void await program.do(`APPEND ${mailbox} (work) {${HELLO.length}+}\r\n${HELLO}`);
    case 'noop': return void await program.do('NOOP');
    case 'expunge':
      // A session takes away what its client knows of, and nothing that it has yet to hear of.
      model.expunge(program.known.map((one) => one.uid));
      return void await program.do('EXPUNGE');
    case 'come back': return canResync ? program.comeBack() : void await program.do('CHECK');
    case 'fetch': return program.known.length === 0 ? undefined : void await program.do(`${uid}FETCH 1:* (FLAGS)`, { isExpungeForbidden });
    case 'search': {
      const lines = await program.do(`${uid}SEARCH RETURN (COUNT) FLAGGED`, { isExpungeForbidden });
      const count = Number(/COUNT (\d+)/.exec(lines.join('\n'))?.[1]);
      if (count !== model.messages.filter(({ flags }) => flags.has('\\Flagged')).length) program.complaints.push(`found ${count} flagged ones`);
      return undefined;
    }
    default: break;
  }
  const index = program.known.length === 0 ? -1 : step.at % program.known.length;
  const message = program.known[index];
  if (message === undefined) return undefined;
  const byUid = isUidOnly || (step.kind === 'store' && step.isUid);
  const named = byUid ? `UID ${step.kind === 'store' ? 'STORE' : step.kind.toUpperCase()} ${message.uid}` : `${step.kind === 'store' ? 'STORE' : step.kind.toUpperCase()} ${index + 1}`;
  switch (step.kind) {
    case 'copy':
      model.copy(message.uid);
      return void await program.do(`${named} ${mailbox}`);
    case 'move':
      model.take(message.uid);
      return void await program.do(`${named} Trash`);
    case 'uid expunge':
      model.expunge([message.uid]);
      return void await program.do(`UID EXPUNGE ${message.uid}`);
    case 'read':
      model.store(message.uid, '+', '\\Seen');
      return void await program.do(`${uid}FETCH ${isUidOnly ? message.uid : index + 1} (BODY[TEXT]<0.1> FLAGS)`, { isExpungeForbidden });
    case 'store': {
      model.store(message.uid, step.sign, step.flag);
      // As mail programs do it: a silent change is noted when it is sent.
      if (step.isSilent) message.flags = sorted(step.sign === '' ? [step.flag] : [...message.flags.split(' ').filter((flag) => flag !== step.flag), ...(step.sign === '+' ? [step.flag] : [])]);
      return void await program.do(`${named} ${step.sign}FLAGS${step.isSilent ? '.SILENT' : ''} (${step.flag})`, { isExpungeForbidden: !byUid });
    }
    default: return step satisfies never;
  }
}

/** A history takes some seven thousandths of a second: 10,000 would take more than a minute of each run. */
const HISTORIES = 1000;

test('whatever four programs do to one mailbox, in any order, each knows it as a naive model has it', async () => {
  await using room = await ReadingRoom.open({ limits: { autologoutMs: 1_000_000_000 } });
  const clients = await Promise.all(PROGRAMS.map(({ user }) => room.reader(user)));
  for (const [index, { manner }] of PROGRAMS.entries()) await clients[index]?.command('e', `ENABLE ${manner.enables.join(' ') || 'X-NOTHING'}`);
  const { store } = room;
  const bob = await store.accounts.byAddress('bob@elm.test');
  if (bob === undefined) throw new Error('nobody');
  let histories = 0;
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(PROGRAMS.length - 1), act), { minLength: 1, maxLength: 16 }), async (history) => {
    const name = `box${histories++}`;
    const made = await store.mailboxes.create(bob.id, name, 0);
    if (made.kind !== 'created') throw new Error('it was to be made');
    await store.sharing.grant({ account: bob.id, mailbox: made.mailbox.id }, 'anyone', 'lrswite');
    const model = new Model();
    const programs = PROGRAMS.flatMap(({ prefix, manner }, index) => {
      const client = clients[index];
      return client === undefined ? [] : [{ mailbox: prefix + name, program: new MailProgram(client, prefix + name, manner) }];
    });
    for (const { program } of programs) await program.open();
    for (const [index, step] of history) {
      const one = programs[index];
      if (one !== undefined) await perform(one.program, step, { model, mailbox: one.mailbox });
    }
    for (const { program } of programs) {
      await program.do('NOOP');
      expect(program.complaints).toEqual([]);
      expect(program.known.toSorted((a, b) => (a.uid ?? 0) - (b.uid ?? 0)).map(({ uid, flags }) => `${uid} ${flags}`)).toEqual(model.state);
      await program.say('UNSELECT');
    }
    await store.mailboxes.remove(bob.id, name, 0);
  }), { numRuns: HISTORIES });
}, 300_000);

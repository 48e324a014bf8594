/**
 * A person who reads: flags, deletes, moves, copies, appends; and remembers what was acknowledged.
 *
 * An act that was never answered, because its host went down or its disk failed, may have been
 * done or not; everything else has to be found again as it was.
 */
import { StructureParser } from '@posthorn/mail/structure-parser.ts';
import { summarize } from '@posthorn/mail/summary.ts';
import { letterId } from '@posthorn/store/ids.ts';
import type { AccountId, LetterId, MailboxId, Uid } from '@posthorn/store/ids.ts';
import type { Mailbox } from '@posthorn/store/mailboxes.ts';
import type { MessageRow } from '@posthorn/store/messages.ts';
import { StoreFault } from '@posthorn/store/store.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';
import { Box, flagsText } from './box.ts';
import type { Dice } from './dice.ts';
import type { ReadingAct } from './scenario.ts';

const INBOX = 'INBOX';
const WORK = 'Work';

export class Reader {
  readonly address: string;
  readonly #boxes = new Map<MailboxId, Box>();
  /** UIDVALIDITYs that a name has had. */
  readonly #validities = new Map<string, Set<number>>();
  /** Removed, or perhaps. */
  readonly #removed = new Set<MailboxId>();
  #drafts = 0;

  constructor(address: string) {
    this.address = address;
  }

  /** One sitting. Answers with what is wrong; `StoreFault` leaves in doubt what was begun. */
  async sit(store: Store, { what, dice, at }: { readonly what: ReadingAct; readonly dice: Dice; readonly at: EpochMs }): Promise<readonly string[]> {
    try {
      const account = await this.#account(store);
      const wrong = await this.look(store);
      const inbox = [...this.#boxes].find(([id, { name }]) => name === INBOX && !this.#removed.has(id));
      if (inbox !== undefined) await this.#act(new Desk(store, { account, at, dice }), what, { id: inbox[0], box: inbox[1] });
      return wrong;
    } catch (fault) {
      if (fault instanceof StoreFault) return [];
      throw fault;
    }
  }

  /** Compares everything with what was acknowledged. */
  async look(store: Store): Promise<readonly string[]> {
    const account = await this.#account(store);
    const wrong: string[] = [];
    const mailboxes = await store.mailboxes.list(account);
    for (const mailbox of mailboxes) wrong.push(...this.#boxFor(mailbox).look(mailbox, await rowsOf(store, account, mailbox)));
    const present = new Set(mailboxes.map(({ id }) => id));
    for (const [id, { name }] of this.#boxes) {
      if (!present.has(id) && !this.#removed.has(id)) wrong.push(`${name}: the mailbox is lost`);
      if (!present.has(id)) this.#boxes.delete(id);
      else this.#removed.delete(id);
    }
    return wrong.map((each) => `${this.address} ${each}`).concat(this.#takeComplaints());
  }

  /** How often a letter was ever put into the INBOX, as far as the last look saw. */
  timesReceived(letter: LetterId): number {
    return [...this.#boxes.values()].filter(({ name }) => name === INBOX).reduce((sum, box) => sum + box.timesOf(letter), 0);
  }

  readonly #complaints: string[] = [];

  #takeComplaints(): readonly string[] {
    return this.#complaints.splice(0);
  }

  #boxFor(mailbox: Mailbox): Box {
    const known = this.#boxes.get(mailbox.id);
    if (known !== undefined) return known;
    const before = this.#validities.get(mailbox.name) ?? new Set();
    if (before.has(mailbox.uidValidity)) this.#complaints.push(`${this.address} ${mailbox.name}: made anew with the UIDVALIDITY ${mailbox.uidValidity} that it has had`);
    this.#validities.set(mailbox.name, before.add(mailbox.uidValidity));
    const box = new Box(mailbox);
    this.#boxes.set(mailbox.id, box);
    return box;
  }

  async #act(desk: Desk, what: ReadingAct, inbox: Opened): Promise<void> {
    const uids = desk.dice.some([...inbox.box.messages.keys()], 0.4);
    switch (what) {
      case 'look': return;
      case 'flag': return desk.flag(inbox, uids, desk.dice.pick([['\\Seen'], ['\\Flagged'], ['work', '\\Answered']]));
      case 'delete': return desk.remove(inbox, uids);
      case 'move':
      case 'copy': {
        const target = this.#opened(desk.dice.pick(['Trash', 'Archive', WORK]));
        return target === undefined ? undefined : desk.transfer(what, inbox, { uids, target });
      }
      case 'append': {
        const target = this.#opened(desk.dice.pick(['Drafts', WORK, INBOX]));
        this.#drafts += 1;
        return target === undefined ? undefined : desk.append(target, letterId(`draft-${this.address}-${this.#drafts}`));
      }
      case 'remake': return this.#remake(desk);
      default: throw new Error(`unknown act ${String(what satisfies never)}`);
    }
  }

  async #remake({ store, account, at }: Desk): Promise<void> {
    const work = this.#opened(WORK);
    if (work === undefined) {
      await store.mailboxes.create(account, WORK, at);
      return;
    }
    this.#removed.add(work.id);
    await store.mailboxes.remove(account, WORK, at);
  }

  #opened(name: string): Opened | undefined {
    for (const [id, box] of this.#boxes) if (box.name === name && !this.#removed.has(id)) return { id, box };
    return undefined;
  }

  async #account(store: Store): Promise<AccountId> {
    const account = await store.accounts.byAddress(this.address);
    if (account === undefined) throw new Error(`nobody is called ${this.address}`);
    return account.id;
  }
}

interface Opened {
  readonly id: MailboxId;
  readonly box: Box;
}

/** Acts on the books, each with what was acknowledged noted down. */
class Desk {
  readonly store: Store;
  readonly account: AccountId;
  readonly at: EpochMs;
  readonly dice: Dice;

  constructor(store: Store, { account, at, dice }: { readonly account: AccountId; readonly at: EpochMs; readonly dice: Dice }) {
    this.store = store;
    this.account = account;
    this.at = at;
    this.dice = dice;
  }

  async flag({ id, box }: Opened, uids: readonly Uid[], flags: readonly string[]): Promise<void> {
    box.doubt(uids);
    const { states } = await this.store.messages.setFlags({ account: this.account, mailbox: id, uids, how: 'add', flags, at: this.at });
    for (const { uid, flags: now } of states) {
      const known = box.messages.get(uid);
      if (known !== undefined) box.put(uid, { letter: known.letter, flags: flagsText(now) });
    }
    box.believe(uids);
  }

  async remove(opened: Opened, uids: readonly Uid[]): Promise<void> {
    await this.flag(opened, uids, ['\\Deleted']);
    opened.box.doubt(uids);
    const expunged = await this.store.messages.expunge({ account: this.account, mailbox: opened.id, uids, at: this.at });
    for (const uid of expunged) opened.box.take(uid);
    opened.box.believe(uids);
  }

  async transfer(what: 'move' | 'copy', { id, box }: Opened, { uids, target }: { readonly uids: readonly Uid[]; readonly target: Opened }): Promise<void> {
    const before = new Map(box.messages);
    if (what === 'move') box.doubt(uids);
    const answer = await this.store.messages[what]({ account: this.account, mailbox: id, uids, target: target.id, at: this.at });
    for (const { source, target: uid } of answer.kind === 'done' ? answer.pairs : []) {
      const message = before.get(source);
      if (message !== undefined) target.box.put(uid, message);
      if (what === 'move') box.take(source);
    }
    box.believe(uids);
  }

  async append({ id, box }: Opened, letter: LetterId): Promise<void> {
    const octets = Buffer.from(`From: ${letter}\r\nSubject: A draft\r\n\r\nNot yet.\r\n`);
    const parser = new StructureParser();
    parser.push(octets);
    const { structure, header } = parser.end();
    const intake = this.store.contents.receive();
    await intake.write(octets);
    const answer = await this.store.messages.append({
      account: this.account, mailbox: id, letter, content: await intake.finish(), flags: ['\\Draft'], internalDate: this.at, at: this.at,
      summary: summarize({ prefix: Buffer.alloc(0), header, cuts: [], structure }),
    });
    if (answer.kind === 'appended') box.put(answer.uid, { letter, flags: '\\Draft' });
  }
}

async function rowsOf(store: Store, account: AccountId, { id }: Mailbox): Promise<readonly MessageRow[]> {
  const key = { account, mailbox: id };
  return store.messages.rows(key, (await store.messages.states(key)).map(({ uid }) => uid));
}

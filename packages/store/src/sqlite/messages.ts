/**
 * Messages: read here, changed by the writer.
 */
import type { OctetRange } from '@posthorn/mail/structure.ts';
import { modseq, type Modseq, type Uid, uid } from '../ids.ts';
import {
  type Append, type AppendMany, type CopyAnswer, type FlagChange, type MailboxKey, type MessageRow, type Messages, type MessageState, UIDS_PER_ACT,
} from '../messages.ts';
import { contentRecord } from './accept.ts';
import type { Carrier } from './carrier.ts';
import type { SqliteContents } from './content-reader.ts';
import { storeFlags } from './flag-bits.ts';
import { Staged } from './intake.ts';
import { MessageRows, readState, type StateRow } from './message-rows.ts';
import type { Query, Reader } from './reader.ts';
import type { Answers } from './requests.ts';
import { readUidSet, sortedUids } from './uid-set.ts';
import { handOver, handOverAll } from './handover.ts';

type Place = [account: number, mailbox: number];

const STATE = 'uid, modseq, flags AS bits, keywords';

export class SqliteMessages implements Messages {
  readonly #db: Reader;
  readonly #carrier: Carrier;
  readonly #contents: SqliteContents;
  readonly #states: Query<Place, StateRow>;
  readonly #newest: Query<Place, StateRow & { readonly born: number }>;
  readonly #changed: Query<[...Place, since: number], StateRow>;
  readonly #vanished: Query<[...Place, since: number], { uids: string }>;
  readonly #mailbox: Query<Place, { highestModseq: number; uidNext: number }>;
  readonly #rows: MessageRows;

  constructor(db: Reader, { carrier, contents }: { readonly carrier: Carrier; readonly contents: SqliteContents }) {
    this.#db = db;
    this.#carrier = carrier;
    this.#contents = contents;
    this.#states = db.prepare(`SELECT ${STATE} FROM message WHERE account = ? AND mailbox = ? ORDER BY uid`);
    this.#newest = db.prepare(`SELECT ${STATE}, born FROM message WHERE account = ? AND mailbox = ? ORDER BY uid DESC`);
    this.#changed = db.prepare(`SELECT ${STATE} FROM message WHERE account = ? AND mailbox = ? AND modseq > ? AND modseq <> born`);
    this.#vanished = db.prepare('SELECT uids FROM vanished WHERE account = ? AND mailbox = ? AND modseq > ?');
    this.#mailbox = db.prepare('SELECT highest_modseq AS highestModseq, uid_next AS uidNext FROM mailbox WHERE account = ? AND id = ?');
    this.#rows = new MessageRows(db);
  }

  async states({ account, mailbox }: MailboxKey): Promise<readonly MessageState[]> {
    return this.#states.all(account, mailbox).map(readState);
  }

  async rows(key: MailboxKey, uids: readonly Uid[]): Promise<readonly MessageRow[]> {
    return this.#rows.of(key, bounded(uids));
  }

  async changes(key: MailboxKey, since: Modseq): ReturnType<Messages['changes']> {
    return this.#db.atOnce(() => this.#changes(key, since));
  }

  #changes({ account, mailbox }: MailboxKey, since: Modseq): Awaited<ReturnType<Messages['changes']>> {
    const row = this.#mailbox.get(account, mailbox);
    if (row === undefined) return undefined;
    const isSame = row.highestModseq <= since;
    return {
      highestModseq: modseq(row.highestModseq),
      uidNext: uid(row.uidNext),
      changed: isSame ? [] : this.#changedSince({ account, mailbox }, since),
      vanished: isSame ? [] : sortedUids(this.#vanished.all(account, mailbox, since).flatMap(({ uids }) => readUidSet(uids))).map(uid),
    };
  }

  #changedSince({ account, mailbox }: MailboxKey, since: Modseq): readonly MessageState[] {
    const found = new Map(this.#changed.all(account, mailbox, since).map((row) => [row.uid, readState(row)]));
    this.#newest.until((row) => {
      if (row.born <= since) return true;
      found.set(row.uid, readState(row));
      return false;
    }, account, mailbox);
    return [...found.values()].toSorted((a, b) => a.uid - b.uid);
  }

  async setFlags({ flags, uids, unchangedSince, without, ...change }: FlagChange): Promise<Answers['flags']> {
    return this.#carrier.submit({
      kind: 'flags', ...change, uids: bounded(uids), flags: storeFlags(flags), unchangedSince: unchangedSince ?? null, without: without ?? null,
    });
  }

  async expunge({ uids, ...act }: MailboxKey & { readonly uids: readonly Uid[]; readonly at: number }): Promise<readonly Uid[]> {
    return this.#carrier.submit({ kind: 'expunge', ...act, uids: bounded(uids) });
  }

  async append({ account, mailbox, letter, content, summary, flags, internalDate, at, limits }: Append): Promise<Answers['append']> {
    if (!(content instanceof Staged)) throw new Error('a content is accepted by the store that received it');
    return handOver(content, letter, {
      submit: (handed) => this.#carrier.submit({
        kind: 'append', account, mailbox, flags: storeFlags(flags), internalDate, at, limits: limits ?? null,
        content: contentRecord({ ...handed, letter, cuts: null, summary: JSON.stringify(summary) }),
      }),
      isTaken: ({ kind }) => kind === 'appended',
    });
  }

  async appendMany({ letters, replaces, limits, ...act }: AppendMany): Promise<Answers['append-many']> {
    const staged = letters.map(({ content, letter }) => {
      if (!(content instanceof Staged)) throw new Error('a content is accepted by the store that received it');
      return { content, letter };
    });
    return handOverAll(staged, {
      submit: (handed) => this.#carrier.submit({
        kind: 'append-many', ...act, replaces: replaces ?? null, limits: limits ?? null,
        letters: letters.map(({ letter, summary, flags, internalDate }, index) => {
          const content = handed[index];
          if (content === undefined) throw new Error('each letter has a content');
          return { content: contentRecord({ ...content, letter, cuts: null, summary: JSON.stringify(summary) }), flags: storeFlags(flags), internalDate };
        }),
      }),
      isTaken: ({ kind }) => kind === 'appended',
    });
  }

  copy({ limits, without, ...act }: Parameters<Messages['copy']>[0]): Promise<CopyAnswer> {
    return this.#carrier.submit({ kind: 'copy', targetAccount: act.account, ...act, limits: limits ?? null, without: without ?? null });
  }

  move({ limits, without, ...act }: Parameters<Messages['move']>[0]): Promise<CopyAnswer> {
    return this.#carrier.submit({ kind: 'move', targetAccount: act.account, ...act, limits: limits ?? null, without: without ?? null });
  }

  read(row: Pick<MessageRow, 'prefix' | 'content' | 'contentOctets' | 'cuts'>, range?: OctetRange): AsyncIterable<Buffer> {
    return this.#contents.readLetter(row, range);
  }
}

function bounded(uids: readonly Uid[]): readonly Uid[] {
  if (uids.length > UIDS_PER_ACT) throw new RangeError(`${uids.length} UIDs in one act, over ${UIDS_PER_ACT}`);
  return uids;
}

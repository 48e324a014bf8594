/**
 * What is done to messages: flags, expunging, appending, copying, moving.
 *
 * Each act takes one modseq of its account for all that it changes (RFC 7162 §3.1); what it
 * does not change keeps its own.
 */
import type { Database, Statement } from 'better-sqlite3';
import { contentId, modseq as asModseq, type Uid, uid as asUid } from '../../ids.ts';
import { type MailboxKey, type MessageState, UIDS_PER_ACT } from '../../messages.ts';
import { joined, messageChecksum, prefixChecksum, stateChecksum } from '../checksum.ts';
import { changeFlags, DELETED, keepingFlags, readFlags, SEEN, type StoredFlags, withoutFlags } from '../flag-bits.ts';
import type { Answers, AppendManyRequest, AppendRequest, RequestOf, TransferRequest } from '../requests.ts';
import { sortedUids, writeUidSet } from '../uid-set.ts';
import type { Changes } from './changes.ts';
import type { ContentTable } from './contents.ts';
import type { GoneTable } from './gone.ts';
import type { LedgerTable } from './ledger.ts';
import type { Postbox } from './postbox.ts';
import type { BlockSequence } from './sequences.ts';
import type { UsageTable } from './usage-table.ts';

export interface MessageParts {
  readonly changes: Changes;
  readonly contents: ContentTable;
  readonly gone: GoneTable;
  readonly ledger: LedgerTable;
  readonly letters: BlockSequence;
  readonly postbox: Postbox;
  readonly usage: UsageTable;
}

interface Row {
  readonly uid: number;
  readonly born: number;
  readonly modseq: number;
  readonly bits: number;
  readonly keywords: string | null;
  readonly content: number;
  readonly prefixStart: number;
  readonly prefixEnd: number;
  readonly octets: number;
  readonly internalDate: number;
  readonly savedAt: number;
  readonly checksum: number;
}

interface Loss {
  readonly messages: number;
  readonly unseen: number;
  readonly deleted: number;
  readonly octets: number;
}

export class MessageActs {
  readonly #parts: MessageParts;
  readonly #mailbox: Statement<[account: number, mailbox: number], { name: string; uidValidity: number }>;
  readonly #row: Statement<[account: number, mailbox: number, uid: number], Row>;
  readonly #first: Statement<[account: number, mailbox: number, limit: number], { uid: number; savedAt: number }>;
  readonly #setFlags: Statement<[bits: number, keywords: string | null, modseq: number, checksum: number, account: number, mailbox: number, uid: number]>;
  readonly #delete: Statement<[account: number, mailbox: number, uid: number]>;
  readonly #shrink: Statement<[modseq: number, messages: number, unseen: number, deleted: number, octets: number, account: number, mailbox: number]>;
  readonly #vanish: Statement<[account: number, mailbox: number, modseq: number, uids: string]>;

  constructor(db: Database, parts: MessageParts) {
    this.#parts = parts;
    this.#mailbox = db.prepare('SELECT name, uid_validity AS uidValidity FROM mailbox WHERE account = ? AND id = ?');
    this.#row = db.prepare(`
      SELECT uid, born, modseq, flags AS bits, keywords, content, prefix_start AS prefixStart, prefix_end AS prefixEnd, octets,
        internal_date AS internalDate, saved_at AS savedAt, checksum
      FROM message WHERE account = ? AND mailbox = ? AND uid = ?`);
    this.#first = db.prepare('SELECT uid, saved_at AS savedAt FROM message WHERE account = ? AND mailbox = ? ORDER BY uid LIMIT ?');
    this.#setFlags = db.prepare('UPDATE message SET flags = ?, keywords = ?, modseq = ?, checksum = ? WHERE account = ? AND mailbox = ? AND uid = ?');
    this.#delete = db.prepare('DELETE FROM message WHERE account = ? AND mailbox = ? AND uid = ?');
    this.#shrink = db.prepare(`
      UPDATE mailbox SET highest_modseq = ?, messages = messages - ?, unseen = unseen - ?, deleted = deleted - ?, octets = octets - ?
      WHERE account = ? AND id = ?`);
    this.#vanish = db.prepare('INSERT INTO vanished (account, mailbox, modseq, uids) VALUES (?, ?, ?, ?)');
  }

  setFlags(act: RequestOf<'flags'>): Answers['flags'] {
    const { account, mailbox, how, flags, at } = act;
    const name = this.#mailbox.get(account, mailbox)?.name;
    if (name === undefined) return { states: [], modified: [] };
    const rows = this.#rows(act, act.uids);
    const unchangedSince = act.unchangedSince ?? Number.POSITIVE_INFINITY;
    const touched = rows.filter(({ modseq }) => modseq <= unchangedSince);
    const changed = new Map<number, StoredFlags>();
    for (const row of touched) {
      const after = keepingFlags(changeFlags(row, how, flags), row, act.without);
      if (after !== row) changed.set(row.uid, after);
    }
    const modseq = changed.size === 0 ? 0 : this.#nextModseq(act);
    const seen: number[] = [];
    let unseen = 0;
    let deleted = 0;
    for (const row of touched) {
      const after = changed.get(row.uid);
      if (after === undefined) continue;
      const checksum = joined(row.checksum, stateChecksum(row), stateChecksum({ modseq, ...after }));
      this.#setFlags.run(after.bits, after.keywords, modseq, checksum, account, mailbox, row.uid);
      unseen += (row.bits & SEEN) - (after.bits & SEEN);
      deleted += ((row.bits & DELETED) - (after.bits & DELETED)) / DELETED;
      if ((after.bits & ~row.bits & SEEN) !== 0) seen.push(row.uid);
    }
    if (changed.size > 0) this.#lose(act, modseq, { messages: 0, unseen: -unseen, deleted, octets: 0 });
    if (seen.length > 0) {
      this.#parts.ledger.addPersonal({ at, account, mailbox, act: 'seen', uids: writeUidSet(seen), detail: { mailbox: name } });
    }
    return {
      states: touched.map((row) => stateOf(row, changed.get(row.uid), modseq)),
      modified: rows.filter((row) => row.modseq > unchangedSince).map(({ uid }) => asUid(uid)),
    };
  }

  expunge(act: RequestOf<'expunge'>): readonly Uid[] {
    return this.#expungeRows(act, this.#rows(act, act.uids).filter(({ bits }) => (bits & DELETED) !== 0), act.at);
  }

  /** The oldest, by when they came into the mailbox; at most `UIDS_PER_ACT`. How many. */
  expire(key: MailboxKey, { before, at }: { readonly before: number; readonly at: number }): number {
    // UIDs ascend with time, so whether any is old shows in the first.
    const hasOld = this.#first.all(key.account, key.mailbox, 1).some(({ savedAt }) => savedAt < before);
    const old = hasOld ? this.#first.all(key.account, key.mailbox, UIDS_PER_ACT).filter(({ savedAt }) => savedAt < before) : [];
    return this.#expungeRows(key, this.#rows(key, old.map(({ uid }) => asUid(uid))), at).length;
  }

  #expungeRows(key: MailboxKey, rows: readonly Row[], at: number): readonly Uid[] {
    const { account, mailbox } = key;
    const name = this.#mailbox.get(account, mailbox)?.name;
    if (name === undefined || rows.length === 0) return [];
    this.#takeOut(key, rows);
    this.#parts.usage.add(account, { messages: -rows.length, octets: -octetsOf(rows) });
    for (const row of rows) this.#parts.gone.keep(key, { ...row, checksum: checksumOfLetter(key, row) }, { at });
    const uids = rows.map(({ uid }) => asUid(uid));
    this.#parts.ledger.addPersonal({ at, account, mailbox, act: 'expunged', uids: writeUidSet(uids), detail: { mailbox: name } });
    return uids;
  }

  append(request: AppendRequest): Answers['append'] {
    const { contents, ledger, letters, postbox, usage } = this.#parts;
    const { account, mailbox, content, flags, internalDate, at } = request;
    const name = this.#mailbox.get(account, mailbox)?.name;
    if (name === undefined) return { kind: 'no-mailbox' };
    const more = { messages: 1, octets: content.size };
    if (!usage.hasRoom(account, more, request.limits)) return { kind: 'over-quota' };
    usage.add(account, more);
    const id = contentId(letters.next());
    contents.insert(id, content, { prefixes: Buffer.alloc(0), uses: 1 });
    const put = postbox.put({ account, mailbox, modseq: this.#nextModseq(request) }, {
      flags, content: id, prefixStart: 0, prefixEnd: 0, octets: content.size, internalDate, savedAt: at,
      checksum: joined(content.checksum, prefixChecksum(Buffer.alloc(0))),
    });
    if (put === undefined) throw new Error('the mailbox was there a moment ago');
    ledger.addPersonal({ at, letter: content.letter, account, mailbox, act: 'appended', uids: `${put.uid}`, detail: { mailbox: name } });
    return { kind: 'appended', ...put };
  }

  appendMany({ letters, replaces, limits, ...to }: AppendManyRequest): Answers['append-many'] {
    const uidValidity = this.#mailbox.get(to.account, to.mailbox)?.uidValidity;
    if (uidValidity === undefined) return { kind: 'no-mailbox' };
    const replaced = replaces === null ? [] : this.#rows(replaces, [replaces.uid]);
    if (replaces !== null && replaced.length === 0) return { kind: 'no-message' };
    const octets = letters.reduce((sum, { content }) => sum + content.size, 0);
    // Together, and less what goes: a letter at a time might stop in the middle.
    const more = { messages: letters.length - replaced.length, octets: octets - octetsOf(replaced) };
    if (!this.#parts.usage.hasRoom(to.account, more, limits)) return { kind: 'over-quota' };
    const uids = letters.map((letter) => {
      const answer = this.append({ ...to, ...letter, kind: 'append', limits: null });
      if (answer.kind !== 'appended') throw new Error('the mailbox was there a moment ago');
      return answer.uid;
    });
    if (replaces !== null) this.#expungeRows(replaces, replaced, to.at);
    return { kind: 'appended', uidValidity, uids };
  }

  /** COPY and MOVE: flags, internal date and content go along. RFC 9051 §6.4.7, RFC 6851. */
  transfer(act: TransferRequest): Answers['copy'] {
    const { account, mailbox, target, targetAccount, at, kind } = act;
    const from = this.#mailbox.get(account, mailbox)?.name;
    const to = this.#mailbox.get(targetAccount, target);
    if (from === undefined || to === undefined) return { kind: 'no-mailbox' };
    const rows = this.#rows(act, act.uids);
    if (!this.#count(act, rows)) return { kind: 'over-quota' };
    const pairs: { readonly source: Uid; readonly target: Uid }[] = [];
    const modseq = rows.length === 0 ? 0 : this.#nextModseq(act);
    const targetModseq = rows.length === 0 || targetAccount === account ? modseq : this.#nextModseq({ account: targetAccount, mailbox: target });
    for (const row of rows) {
      const put = this.#parts.postbox.put(
        { account: targetAccount, mailbox: target, modseq: targetModseq }, { ...row, flags: withoutFlags(row, act.without), savedAt: at, checksum: checksumOfLetter(act, row) },
      );
      if (put === undefined) throw new Error('the mailbox was there a moment ago');
      pairs.push({ source: asUid(row.uid), target: put.uid });
      if (kind === 'copy') this.#parts.contents.retain(row.content, 1);
      else this.#parts.gone.keep(act, { ...row, checksum: checksumOfLetter(act, row) }, { at, to: { mailbox: target, uid: put.uid } });
    }
    if (rows.length > 0) {
      if (kind === 'move') this.#takeOut(act, rows, modseq);
      this.#parts.ledger.addPersonal({
        at, account, mailbox, act: kind === 'copy' ? 'copied' : 'moved', uids: writeUidSet(pairs.map(({ source }) => source)),
        detail: {
          mailbox: from, to: to.name, toMailbox: target, toUids: writeUidSet(pairs.map((pair) => pair.target)),
          ...(targetAccount === account ? {} : { toAccount: targetAccount }),
        },
      });
    }
    return { kind: 'done', uidValidity: to.uidValidity, pairs };
  }

  /** Counts what comes and goes; false, and nothing is counted, if there is no room. What is moved within an account stays in it. */
  #count({ kind, account, targetAccount, limits }: TransferRequest, rows: readonly Row[]): boolean {
    const { usage } = this.#parts;
    if (kind === 'move' && targetAccount === account) return true;
    const more = { messages: rows.length, octets: octetsOf(rows) };
    if (!usage.hasRoom(targetAccount, more, limits)) return false;
    usage.add(targetAccount, more);
    if (kind === 'move') usage.add(account, { messages: -more.messages, octets: -more.octets });
    return true;
  }

  #rows({ account, mailbox }: MailboxKey, uids: readonly Uid[]): readonly Row[] {
    return sortedUids(uids).flatMap((uid) => this.#row.get(account, mailbox, uid) ?? []);
  }

  #nextModseq({ account }: MailboxKey): number {
    const modseq = this.#parts.postbox.modseq(account);
    if (modseq === undefined) throw new Error('a mailbox has an account');
    return modseq;
  }

  /** Takes messages out of a mailbox, and remembers that they were there. RFC 7162 §3.2.7. */
  #takeOut(key: MailboxKey, rows: readonly Row[], modseq = this.#nextModseq(key)): void {
    const { account, mailbox } = key;
    for (const { uid } of rows) this.#delete.run(account, mailbox, uid);
    this.#vanish.run(account, mailbox, modseq, writeUidSet(rows.map(({ uid }) => uid)));
    this.#lose(key, modseq, {
      messages: rows.length,
      unseen: rows.filter(({ bits }) => (bits & SEEN) === 0).length,
      deleted: rows.filter(({ bits }) => (bits & DELETED) !== 0).length,
      octets: octetsOf(rows),
    });
  }

  #lose({ account, mailbox }: MailboxKey, modseq: number, { messages, unseen, deleted, octets }: Loss): void {
    this.#shrink.run(modseq, messages, unseen, deleted, octets, account, mailbox);
    this.#parts.changes.mailbox(account, mailbox);
  }
}

function octetsOf(rows: readonly Row[]): number {
  return rows.reduce((sum, { octets }) => sum + octets, 0);
}

/** What of a message's checksum goes along with its content. */
function checksumOfLetter({ account, mailbox }: MailboxKey, row: Row): number {
  return joined(row.checksum, messageChecksum({ ...row, account, mailbox }), stateChecksum(row));
}

function stateOf(row: Row, after: StoredFlags | undefined, modseq: number): MessageState {
  return {
    uid: asUid(row.uid),
    modseq: asModseq(after === undefined ? row.modseq : modseq),
    flags: readFlags(after ?? row),
  };
}

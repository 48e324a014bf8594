/**
 * What a reader knows of one mailbox, and what it may expect to find there again.
 *
 * RFC 9051 §2.3.1.1 (UIDs ascend and are never used again), RFC 7162 §3.1 (HIGHESTMODSEQ).
 */
import type { LetterId, Uid } from '@posthorn/store/ids.ts';
import type { Mailbox } from '@posthorn/store/mailboxes.ts';
import type { MessageRow } from '@posthorn/store/messages.ts';

export interface KnownMessage {
  readonly letter: LetterId;
  /** As acknowledged, in order; undefined while an act on it was not answered. */
  readonly flags: string | undefined;
}

export class Box {
  readonly name: string;
  readonly #uidValidity: number;
  #uidNext: number;
  #highestModseq: number;
  readonly messages = new Map<Uid, KnownMessage>();
  /** Taken away, as acknowledged: what letter each was. */
  readonly gone = new Map<Uid, LetterId>();
  /** An act on them was not answered: they may be there or not. */
  readonly doubtful = new Set<Uid>();

  constructor({ name, uidValidity }: Mailbox) {
    this.name = name;
    this.#uidValidity = uidValidity;
    this.#uidNext = 1;
    this.#highestModseq = 0;
  }

  /** Compares, and takes over, what is there now. Answers with what is wrong. */
  look(mailbox: Mailbox, rows: readonly MessageRow[]): readonly string[] {
    const wrong = [...this.#compareCounters(mailbox, rows), ...this.#compareMessages(rows)];
    const present = new Set(rows.map(({ uid }) => uid));
    for (const uid of this.doubtful) {
      const known = this.messages.get(uid);
      if (!present.has(uid) && known !== undefined) this.take(uid);
    }
    this.doubtful.clear();
    for (const { uid, letter, flags } of rows) this.messages.set(uid, { letter, flags: flagsText(flags) });
    this.#uidNext = mailbox.uidNext;
    this.#highestModseq = mailbox.highestModseq;
    return wrong.map((what) => `${this.name}: ${what}`);
  }

  /** It was put there, as acknowledged. */
  put(uid: Uid, message: KnownMessage): void {
    this.messages.set(uid, message);
  }

  /** It was taken away, as acknowledged. */
  take(uid: Uid): void {
    const known = this.messages.get(uid);
    this.messages.delete(uid);
    this.doubtful.delete(uid);
    if (known !== undefined) this.gone.set(uid, known.letter);
  }

  /** An act on these begins: until it is answered nobody knows. */
  doubt(uids: readonly Uid[]): void {
    for (const uid of uids) {
      const known = this.messages.get(uid);
      if (known !== undefined) this.messages.set(uid, { letter: known.letter, flags: undefined });
      this.doubtful.add(uid);
    }
  }

  /** It was answered: these are not in doubt any more. */
  believe(uids: readonly Uid[]): void {
    for (const uid of uids) this.doubtful.delete(uid);
  }

  /** How often a letter was ever put here. */
  timesOf(letter: LetterId): number {
    const here = [...this.messages.values()].filter((message) => message.letter === letter).length;
    return here + [...this.gone.values()].filter((other) => other === letter).length;
  }

  *#compareCounters({ uidValidity, uidNext, highestModseq }: Mailbox, rows: readonly MessageRow[]): Generator<string> {
    if (uidValidity !== this.#uidValidity) yield `UIDVALIDITY was ${this.#uidValidity} and is ${uidValidity}`;
    if (uidNext < this.#uidNext) yield `UIDNEXT was ${this.#uidNext} and is ${uidNext}`;
    if (highestModseq < this.#highestModseq) yield `HIGHESTMODSEQ was ${this.#highestModseq} and is ${highestModseq}`;
    for (const [index, { uid, modseq }] of rows.entries()) {
      if (uid <= (rows[index - 1]?.uid ?? 0)) yield `UID ${uid} does not ascend`;
      if (uid >= uidNext) yield `UID ${uid} is not below UIDNEXT ${uidNext}`;
      if (modseq > highestModseq) yield `UID ${uid} has modseq ${modseq}, above HIGHESTMODSEQ ${highestModseq}`;
    }
  }

  *#compareMessages(rows: readonly MessageRow[]): Generator<string> {
    const found = new Map(rows.map((row) => [row.uid, row]));
    for (const [uid, { letter, flags }] of this.messages) {
      const row = found.get(uid);
      if (row === undefined) {
        if (!this.doubtful.has(uid)) yield `UID ${uid} (${letter}) is lost`;
        continue;
      }
      if (row.letter !== letter) yield `UID ${uid} was ${letter} and is ${row.letter}`;
      const now = flagsText(row.flags);
      if (flags !== undefined && now !== flags) yield `UID ${uid} had flags ${flags} and has ${now}`;
    }
    for (const { uid, letter } of rows) {
      if (this.gone.has(uid)) yield `UID ${uid} (${letter}) was taken away and is there again`;
      else if (!this.messages.has(uid) && uid < this.#uidNext) yield `UID ${uid} (${letter}) is new, below what was UIDNEXT ${this.#uidNext}`;
    }
  }
}

export function flagsText(flags: readonly string[]): string {
  return flags.toSorted().join(' ');
}

/**
 * What a mailbox holds already, so that a letter that is brought again is not kept twice.
 *
 * By number: two equal letters in the source are two in the mailbox, and stay two when they
 * are brought again. Letters are hashed only when one of the same size comes.
 */
import { createHash } from 'node:crypto';
import type { Uid } from '@posthorn/store/ids.ts';
import { type MailboxKey, type Messages, UIDS_PER_ACT } from '@posthorn/store/messages.ts';

export class Holdings {
  readonly #messages: Messages;
  readonly #key: MailboxKey;
  /** UIDs not hashed yet, by size. */
  readonly #bySize = new Map<number, Uid[]>();
  /** Letters that nothing that was brought has claimed yet, by hash. */
  readonly #unclaimed = new Map<string, Uid[]>();

  private constructor(messages: Messages, key: MailboxKey) {
    this.#messages = messages;
    this.#key = key;
  }

  static async of(messages: Messages, key: MailboxKey): Promise<Holdings> {
    const holdings = new Holdings(messages, key);
    const uids = (await messages.states(key)).map(({ uid }) => uid);
    for (let at = 0; at < uids.length; at += UIDS_PER_ACT) {
      for (const { uid, octets } of await messages.rows(key, uids.slice(at, at + UIDS_PER_ACT))) {
        const same = holdings.#bySize.get(octets);
        if (same === undefined) holdings.#bySize.set(octets, [uid]);
        else same.push(uid);
      }
    }
    return holdings;
  }

  /** The UID of one that is the same and that nothing else has claimed; it is claimed now. */
  async claim(octets: number, sha256: string): Promise<Uid | undefined> {
    const sameSize = this.#bySize.get(octets) ?? [];
    this.#bySize.delete(octets);
    for (let at = 0; at < sameSize.length; at += UIDS_PER_ACT) await this.#hash(sameSize.slice(at, at + UIDS_PER_ACT));
    return this.#unclaimed.get(sha256)?.shift();
  }

  async #hash(uids: readonly Uid[]): Promise<void> {
    for (const row of await this.#messages.rows(this.#key, uids)) {
      const hash = createHash('sha256');
      for await (const chunk of this.#messages.read(row)) hash.update(chunk);
      const sha256 = hash.digest('hex');
      const same = this.#unclaimed.get(sha256);
      if (same === undefined) this.#unclaimed.set(sha256, [row.uid]);
      else same.push(row.uid);
    }
  }
}

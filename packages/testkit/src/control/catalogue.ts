/**
 * Names for letters and inboxes, by which a program at the other end of HTTP means them.
 */
import type { PostOffice } from '../office/office.ts';
import type { Letter } from '../letter/letter.ts';
import type { Inbox } from '../waiting/inbox.ts';
import { Unclear } from './said.ts';

const INBOXES_MAX = 100_000;

export class Catalogue {
  readonly #office: () => PostOffice;
  readonly #inboxes = new Map<string, Inbox>();
  readonly #keys = new Map<Letter, string>();
  readonly #letters = new Map<string, Letter>();

  constructor(office: () => PostOffice) {
    this.#office = office;
  }

  get office(): PostOffice {
    return this.#office();
  }

  open(which: Parameters<PostOffice['inbox']>[0]): { readonly id: string; readonly inbox: Inbox } {
    if (this.#inboxes.size >= INBOXES_MAX) throw new Unclear(`there are ${INBOXES_MAX} inboxes already: delete those that are over`);
    const inbox = this.office.inbox(which);
    const id = String(this.#inboxes.size + 1);
    this.#inboxes.set(id, inbox);
    return { id, inbox };
  }

  inbox(id: string): Inbox {
    const inbox = this.#inboxes.get(id);
    if (inbox === undefined) throw new NotThere(`there is no inbox ${id}`);
    return inbox;
  }

  /** Of a copy; the same each time. */
  keyOf(letter: Letter): string {
    const known = this.#keys.get(letter);
    if (known !== undefined) return known;
    const key = `${letter.id}-${this.#keys.size + 1}`;
    this.#keys.set(letter, key);
    this.#letters.set(key, letter);
    return key;
  }

  letter(key: string): Letter {
    const letter = this.#letters.get(key);
    if (letter === undefined) throw new NotThere(`there is no letter ${key}`);
    return letter;
  }

  /** Who writes in the name of its recipient. */
  recipientOf(letter: Letter): Inbox {
    return this.office.inbox(letter.recipient);
  }
}

/** What is named is not there. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}

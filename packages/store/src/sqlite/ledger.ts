/**
 * The ledger, read: a letter's own entries, and what people did to its copies.
 */
import { accountId, letterId, type LetterId } from '../ids.ts';
import type { Act, Ledger, LedgerDetail, LedgerEntry, LetterNote } from '../ledger.ts';
import type { Carrier } from './carrier.ts';
import { NoteFinder } from './note-finder.ts';
import { addressKey, letterKey, messageIdKey } from './note-keys.ts';
import type { Query, Reader } from './reader.ts';
import { positionInUidSet, readUidSet } from './uid-set.ts';

interface NoteRow {
  readonly id: number;
  readonly letter: string;
  readonly at: number;
  readonly sender: string;
  /** JSON. */
  readonly recipients: string;
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly octets: number;
}

interface WholeNoteRow extends NoteRow {
  /** JSON. */
  readonly entries: string;
  /** JSON: `[[account, mailbox, uid], …]`. */
  readonly placed: string;
}

interface EntryRow {
  readonly id: number;
  readonly at: number;
  readonly letter: string | null;
  readonly account: number | null;
  readonly mailbox: number | null;
  readonly recipient: string | null;
  readonly act: Act;
  readonly uids: string | null;
  /** JSON. */
  readonly detail: string;
}

type Place = readonly [account: number, mailbox: number, uid: number];

const NOTE = 'id, letter, at, sender, recipients, message_id AS messageId, subject, octets';
const ENTRY = 'SELECT id, at, letter, account, mailbox, recipient, act, uids, detail FROM ledger';
/** How many places of a letter's copies are followed, and how many acts are looked through at each. */
const PLACES_MAX = 100;
const ACTS_MAX = 5_000;

export class SqliteLedger implements Ledger {
  readonly #finder: NoteFinder;
  readonly #note: Query<[id: number], WholeNoteRow>;
  readonly #ofLetter: Query<[letter: string], EntryRow>;
  readonly #ofMailbox: Query<[account: number, mailbox: number, limit: number], EntryRow>;
  readonly #newest: Query<[limit: number], NoteRow>;
  readonly #carrier: Carrier;

  constructor(db: Reader, carrier: Carrier) {
    this.#carrier = carrier;
    this.#finder = new NoteFinder(db);
    this.#note = db.prepare(`SELECT ${NOTE}, entries, placed FROM note WHERE id = ?`);
    this.#ofLetter = db.prepare(`${ENTRY} WHERE letter = ? ORDER BY id`);
    this.#ofMailbox = db.prepare(`${ENTRY} WHERE letter IS NULL AND account = ? AND mailbox = ? ORDER BY id DESC LIMIT ?`);
    this.#newest = db.prepare(`SELECT ${NOTE} FROM note ORDER BY id DESC LIMIT ?`);
  }

  async write(entry: LedgerEntry): Promise<void> {
    await this.#carrier.submit({ kind: 'entry', entry });
  }

  async ofLetter(letter: LetterId): ReturnType<Ledger['ofLetter']> {
    const [id] = this.#finder.find([letterKey(letter)], 1);
    const note = id === undefined ? undefined : this.#note.get(id);
    const own = this.#ofLetter.all(letter);
    const accepted: readonly LedgerEntry[] = note === undefined ? [] : JSON.parse(note.entries);
    const personal = this.#follow([...note === undefined ? [] : readPlaces(note.placed), ...own.flatMap(appendedPlaces)]);
    const later = [...own, ...personal].toSorted((a, b) => a.id - b.id).map(readEntry);
    return { ...(note === undefined ? {} : { note: readNote(note) }), entries: [...accepted, ...later] };
  }

  /** What people did to the copies at these places, and wherever they took them. */
  #follow(start: readonly Place[]): readonly EntryRow[] {
    const places = [...start];
    const found = new Map<number, EntryRow>();
    for (let at = 0; at < Math.min(places.length, PLACES_MAX); at += 1) {
      const [account, mailbox, uid] = places[at] ?? [0, 0, 0];
      for (const row of this.#ofMailbox.all(account, mailbox, ACTS_MAX)) {
        const position = positionInUidSet(row.uids ?? '', uid);
        if (position === undefined || found.has(row.id)) continue;
        found.set(row.id, row);
        const detail: LedgerDetail = JSON.parse(row.detail);
        const { toMailbox, toUids } = detail;
        if (typeof toMailbox !== 'number' || typeof toUids !== 'string') continue;
        const target = readUidSet(toUids)[position];
        if (target !== undefined) places.push([account, toMailbox, target]);
      }
    }
    return [...found.values()];
  }

  async find({ address, messageId, limit }: Parameters<Ledger['find']>[0]): Promise<readonly LetterNote[]> {
    const keys = [...messageId === undefined ? [] : [messageIdKey(messageId)], ...address === undefined ? [] : [addressKey(address)]];
    if (keys.length > 0) return this.#finder.find(keys, limit).flatMap((id) => this.#note.get(id) ?? []).map(readNote);
    return this.#newest.all(limit).map(readNote);
  }
}

function readPlaces(placed: string): readonly Place[] {
  return JSON.parse(placed);
}

/** Where an appended letter was put. */
function appendedPlaces({ account, mailbox, uids }: EntryRow): readonly Place[] {
  return account === null || mailbox === null || uids === null ? [] : [[account, mailbox, Number(uids)]];
}

function readNote({ letter, at, sender, recipients, messageId, subject, octets }: NoteRow): LetterNote {
  return { letter: letterId(letter), at, sender, recipients: JSON.parse(recipients), messageId, subject, octets };
}

function readEntry({ at, letter, account, recipient, act, uids, detail }: EntryRow): LedgerEntry {
  return {
    at,
    ...(letter === null ? {} : { letter: letterId(letter) }),
    ...(account === null ? {} : { account: accountId(account) }),
    ...(recipient === null ? {} : { recipient }),
    act,
    detail: { ...JSON.parse(detail), ...(uids === null ? {} : { uids }) },
  };
}

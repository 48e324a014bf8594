/**
 * Which messages of a mailbox a search finds.
 *
 * Each message is asked about with the least that can answer: flags, then its row; whether a
 * letter holds a text is asked of the store, for many at once. Where texts are necessary that
 * the store finds quickly, only what it finds is looked at. RFC 9051 §6.4.4, RFC 3501 §6.4.4.
 */
import type { SearchKey } from '@posthorn/imap/command.ts';
import { type Search, type SearchCandidate, prepareSearch } from '@posthorn/imap/search.ts';
import type { SessionView } from '@posthorn/imap/session-view.ts';
import type { Uid } from '@posthorn/store/ids.ts';
import type { MailboxKey, MessageRow } from '@posthorn/store/messages.ts';
import type { OnProgress, Wanted } from '@posthorn/store/search.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import { pages, takingTurns } from './pages.ts';

const MESSAGES_PER_PAGE = 200;

/** Where to look. */
export interface SearchedMailbox {
  readonly store: Pick<Store, 'messages' | 'search'>;
  readonly clock: Clock;
  readonly key: MailboxKey;
  readonly view: SessionView<Uid>;
}

export interface FindOptions {
  /** Called now and then: so many messages of so many have been looked at (RFC 9585 INPROGRESS). May throw, which ends the search. */
  readonly onProgress?: OnProgress;
  /** Ends the search; its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** Those found, ascending. */
export async function findMessages(mailbox: SearchedMailbox, key: SearchKey, options: FindOptions = {}): Promise<readonly Uid[]> {
  const { view, clock } = mailbox;
  const query = prepareSearch(key, { seqNumMax: view.count, uidMax: view.uidMax, saved: view.saved, now: clock.now() });
  const finding = new Finding(mailbox, { query, options });
  return finding.find(await finding.begin());
}

class Finding {
  readonly #mailbox: SearchedMailbox;
  readonly #query: Search;
  readonly #options: FindOptions;
  readonly #texts = new Map<Wanted, Texts>();
  readonly #takeTurn: () => Promise<void>;

  constructor(mailbox: SearchedMailbox, { query, options }: { readonly query: Search; readonly options: FindOptions }) {
    this.#mailbox = mailbox;
    this.#query = query;
    this.#options = options;
    this.#takeTurn = takingTurns(mailbox.clock);
  }

  /** The messages that may be found. */
  async begin(): Promise<readonly Uid[]> {
    const { view, store, key } = this.#mailbox;
    const { necessary } = this.#query;
    const isQuick = necessary?.every((all) => all.some((wanted) => store.search.isQuick(wanted))) ?? false;
    if (necessary === undefined || !isQuick) return view.uids();
    const each: (readonly Uid[])[] = [];
    for (const all of necessary) each.push(await store.search.find(key, all, this.#options));
    const uids = [...new Set(each.flat())].filter((uid) => view.seqNumOf(uid) !== undefined && !view.isVanished(uid)).toSorted((a, b) => a - b);
    for (const [index, all] of necessary.entries()) this.#learn(all, { uids, found: each[index] ?? [], isOnly: necessary.length === 1 });
    return uids;
  }

  /** What it says of single texts that some messages hold all of these and the others do not. */
  #learn(all: readonly Wanted[], { uids, found, isOnly }: { readonly uids: readonly Uid[]; readonly found: readonly Uid[]; readonly isOnly: boolean }): void {
    for (const wanted of all) this.#know(wanted, { asked: all.length === 1 || isOnly ? uids : found, found });
  }

  /** Goes through them until nothing has to be asked any more: each time some text more is known of those still open. */
  async find(uids: readonly Uid[]): Promise<readonly Uid[]> {
    const found: Uid[] = [];
    let open = uids;
    while (open.length > 0) {
      const asked = new Map<Wanted, Uid[]>();
      for (const [index, page] of [...pages(open, MESSAGES_PER_PAGE)].entries()) {
        await this.#lookAt(page, { found, asked });
        await this.#takeTurn();
        this.#options.signal?.throwIfAborted();
        if (asked.size === 0) this.#options.onProgress?.(Math.min(open.length, (index + 1) * MESSAGES_PER_PAGE), open.length);
      }
      for (const [wanted, among] of asked) {
        const holding = await this.#mailbox.store.search.find(this.#mailbox.key, [wanted], { ...this.#options, among });
        this.#know(wanted, { asked: among, found: holding });
      }
      open = [...asked.values()].flat().toSorted((a, b) => a - b);
    }
    return found.toSorted((a, b) => a - b);
  }

  async #lookAt(page: readonly Uid[], { found, asked }: { readonly found: Uid[]; readonly asked: Map<Wanted, Uid[]> }): Promise<void> {
    // The rows of a page are read when the first message needs one.
    let rows: ReadonlyMap<Uid, MessageRow> | undefined;
    for (const uid of page) {
      let verdict = this.#ask(uid, rows?.get(uid));
      if (verdict === 'row') {
        rows ??= await this.#rowsOf(page);
        const row = rows.get(uid);
        // It vanished meanwhile: nothing that has to be looked up can be said of it.
        if (row !== undefined) verdict = this.#ask(uid, row);
      }
      if (verdict === true) found.push(uid);
      else if (typeof verdict === 'object') {
        const among = asked.get(verdict) ?? [];
        among.push(uid);
        asked.set(verdict, among);
      }
    }
  }

  #ask(uid: Uid, row: MessageRow | undefined): ReturnType<Search['matches']> {
    const { view } = this.#mailbox;
    const seqNum = view.seqNumOf(uid);
    if (seqNum === undefined) return false;
    const candidate: SearchCandidate = {
      seqNum, uid, flags: view.flagsOf(uid) ?? [], modseq: view.modseqOf(uid), isRecent: view.isRecent(uid),
      holds: (wanted) => this.#texts.get(wanted)?.holds(uid),
      ...(row === undefined ? {} : { row }),
    };
    return this.#query.matches(candidate);
  }

  async #rowsOf(page: readonly Uid[]): Promise<ReadonlyMap<Uid, MessageRow>> {
    const { store, key } = this.#mailbox;
    const rows = await store.messages.rows(key, page);
    return new Map(rows.map((row) => [row.uid, row]));
  }

  #know(wanted: Wanted, { asked, found }: { readonly asked: readonly Uid[]; readonly found: readonly Uid[] }): void {
    const texts = this.#texts.get(wanted) ?? new Texts();
    texts.learn(asked, found);
    this.#texts.set(wanted, texts);
  }
}

/** Of which messages it is known whether they hold a text. */
class Texts {
  readonly #asked = new Set<Uid>();
  readonly #found = new Set<Uid>();

  learn(asked: readonly Uid[], found: readonly Uid[]): void {
    for (const uid of asked) this.#asked.add(uid);
    for (const uid of found) this.#found.add(uid);
  }

  holds(uid: Uid): boolean | undefined {
    return this.#asked.has(uid) ? this.#found.has(uid) : undefined;
  }
}

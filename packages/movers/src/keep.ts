/**
 * Keeps the letters of an archive in an account: mailboxes, flags and dates as they were, and
 * nothing that is there already.
 *
 * Letters come one by one and are committed several at once; what is told of one has happened.
 */
import { StructureParser } from '@posthorn/mail/structure-parser.ts';
import { summarize } from '@posthorn/mail/summary.ts';
import type { StagedContent } from '@posthorn/store/contents.ts';
import { type AccountId, letterId, type MailboxId } from '@posthorn/store/ids.ts';
import type { Mailboxes } from '@posthorn/store/mailboxes.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import { identifier, type Random } from '@posthorn/world/random.ts';
import { ACCOUNT_FILE, type ArchivedAccount, type LetterAbout, readAccountFile, readLetterHead } from './archive.ts';
import { Holdings } from './holdings.ts';
import { readTar, type TarEntry } from './tar.ts';

export interface Keeping {
  readonly store: Pick<Store, 'contents' | 'mailboxes' | 'messages'>;
  readonly account: AccountId;
  readonly clock: Clock;
  readonly random: Random;
  readonly messageOctetsMax: number;
  /** Nothing is kept; what would be is told. */
  readonly isDry: boolean;
}

export type KeptEvent =
  | { readonly event: 'kept'; readonly number: number; readonly mailbox: string; readonly uid: number; readonly octets: number; readonly sha256: string }
  /** It was there already. */
  | { readonly event: 'present'; readonly number: number; readonly mailbox: string; readonly uid: number; readonly octets: number; readonly sha256: string }
  | { readonly event: 'would-keep'; readonly number: number; readonly mailbox: string; readonly octets: number; readonly sha256: string }
  | { readonly event: 'refused'; readonly number: number; readonly mailbox: string; readonly detail: string };

export interface KeepTotals {
  readonly kept: number;
  readonly present: number;
  readonly refused: number;
  readonly octets: number;
}

const LETTER_ID_LENGTH = 16;
const IN_FLIGHT_MAX = 32;
const ACCOUNT_OCTETS_MAX = 16 * 1024 * 1024;

/** Throws `TarFault` when the archive cannot be read, `StoreFault` when the books cannot be written. */
export async function* keepArchive(keeping: Keeping, pieces: AsyncIterable<Buffer>): AsyncGenerator<KeptEvent, KeepTotals> {
  const keeper = new Keeper(keeping);
  const waiting: Promise<KeptEvent>[] = [];
  const totals = { kept: 0, present: 0, refused: 0, octets: 0 };
  const next = async (): Promise<KeptEvent> => {
    const event = await waiting.shift();
    if (event === undefined) throw new Error('nothing waits');
    totals[event.event === 'would-keep' ? 'kept' : event.event] += 1;
    if ('octets' in event) totals.octets += event.octets;
    return event;
  };
  for await (const entry of readTar(pieces)) {
    if (entry.path === ACCOUNT_FILE) {
      await keeper.prepare(readAccountFile(await whole(entry)));
      continue;
    }
    const about = readLetterHead(entry);
    if (about === undefined) continue;
    const commit = await keeper.receive(about, entry);
    const answer = commit();
    // Whoever waits for it hears of it; nobody may by then.
    answer.catch(() => {});
    waiting.push(answer);
    if (waiting.length >= IN_FLIGHT_MAX) yield await next();
  }
  while (waiting.length > 0) yield await next();
  return totals;
}

async function whole({ octets, size }: TarEntry): Promise<Buffer> {
  if (size > ACCOUNT_OCTETS_MAX) return Buffer.alloc(0);
  const found: Buffer[] = [];
  for await (const chunk of octets) found.push(chunk);
  return Buffer.concat(found);
}

interface Target {
  readonly mailbox: MailboxId;
  readonly holdings: Holdings;
}

class Keeper {
  readonly #keeping: Keeping;
  readonly #targets = new Map<string, Target | undefined>();
  #uses: ReadonlyMap<string, ArchivedAccount['mailboxes'][number]> = new Map();
  /** Where a mailbox has another name here. */
  readonly #names = new Map<string, string>();
  #number = 0;

  constructor(keeping: Keeping) {
    this.#keeping = keeping;
  }

  /** Mailboxes without letters are mailboxes too. */
  async prepare(account: ArchivedAccount | undefined): Promise<void> {
    if (account === undefined) return;
    this.#uses = new Map(account.mailboxes.map((mailbox) => [mailbox.name, mailbox]));
    if (account.isMappedByUse === true) await this.#mapByUse(account.mailboxes);
    if (this.#keeping.isDry) return;
    for (const { name } of account.mailboxes) await this.#target(name);
    for (const name of account.subscriptions) await this.#keeping.store.mailboxes.subscribe(this.#keeping.account, name);
  }

  async #mapByUse(mailboxes: ArchivedAccount['mailboxes']): Promise<void> {
    const own = await this.#keeping.store.mailboxes.list(this.#keeping.account);
    for (const { name, specialUse } of mailboxes) {
      const same = specialUse === undefined ? undefined : own.find((mailbox) => mailbox.specialUse === specialUse);
      if (same !== undefined) this.#names.set(name, same.name);
    }
  }

  /** Takes a letter in; what it answers commits it. */
  async receive(about: LetterAbout, { octets, size }: TarEntry): Promise<() => Promise<KeptEvent>> {
    this.#number += 1;
    const place = { number: this.#number, mailbox: about.mailbox };
    const refuse = (detail: string) => async (): Promise<KeptEvent> => ({ event: 'refused', ...place, detail });
    const { store, messageOctetsMax } = this.#keeping;
    if (size > messageOctetsMax) return refuse(`it has ${size} octets; no more than ${messageOctetsMax} are taken`);
    if (size === 0) return refuse('it is empty');
    const intake = store.contents.receive();
    const parser = new StructureParser();
    try {
      for await (const chunk of octets) {
        parser.push(chunk);
        await intake.write(chunk);
      }
    } catch (error) {
      await intake.discard();
      throw error;
    }
    const content = await intake.finish();
    const sha256 = content.sha256.toString('hex');
    if (about.sha256 !== undefined && about.sha256 !== sha256) {
      await content.discard();
      return refuse('it is not what it was when it was put into the archive: its hash differs');
    }
    const same = await (await this.#target(about.mailbox))?.holdings.claim(content.octets, sha256);
    if (same !== undefined || this.#keeping.isDry) {
      await content.discard();
      const told = { ...place, octets: content.octets, sha256 };
      return async () => (same === undefined ? { event: 'would-keep', ...told } : { event: 'present', ...told, uid: same });
    }
    const { structure, header } = parser.end();
    return () => this.#append(about, { content, summary: summarize({ prefix: Buffer.alloc(0), header, cuts: [], structure }), place, sha256 });
  }

  async #append({ flags, internalDate, mailbox }: LetterAbout, { content, summary, place, sha256 }: {
    readonly content: StagedContent; readonly summary: ReturnType<typeof summarize>;
    readonly place: { readonly number: number; readonly mailbox: string }; readonly sha256: string;
  }): Promise<KeptEvent> {
    const { store, account, clock, random } = this.#keeping;
    const target = await this.#target(mailbox);
    const answer = target === undefined ? { kind: 'no-mailbox' as const } : await store.messages.append({
      account, mailbox: target.mailbox, letter: letterId(identifier(random, LETTER_ID_LENGTH)), content, summary,
      flags, internalDate: Number.isFinite(internalDate) ? internalDate : clock.now(), at: clock.now(),
    });
    if (answer.kind === 'appended') return { event: 'kept', ...place, uid: answer.uid, octets: content.octets, sha256 };
    await content.discard();
    return { event: 'refused', ...place, detail: answer.kind === 'over-quota' ? 'the account has no room for it' : 'its mailbox was removed meanwhile' };
  }

  /** Undefined where a dry run finds no such mailbox. */
  async #target(given: string): Promise<Target | undefined> {
    const name = this.#names.get(given) ?? given;
    if (this.#targets.has(name)) return this.#targets.get(name);
    const { store: { mailboxes, messages }, account, isDry } = this.#keeping;
    const there = await mailboxes.byName(account, name) ?? (isDry ? undefined : await this.#create(mailboxes, name));
    const target = there === undefined ? undefined : { mailbox: there.id, holdings: await Holdings.of(messages, { account, mailbox: there.id }) };
    this.#targets.set(name, target);
    return target;
  }

  /** With its special use, unless another mailbox has that here. */
  async #create(mailboxes: Mailboxes, name: string): Promise<{ readonly id: MailboxId } | undefined> {
    const { account, clock } = this.#keeping;
    const use = this.#uses.get(name)?.specialUse;
    const answer = await mailboxes.create(account, name, clock.now(), use);
    if (answer.kind === 'created') return answer.mailbox;
    const plain = answer.kind === 'use-taken' ? await mailboxes.create(account, name, clock.now()) : answer;
    return plain.kind === 'created' ? plain.mailbox : mailboxes.byName(account, name);
  }
}

/**
 * Another IMAP server, as a source of mail: its mailboxes by our names, its letters one by one.
 *
 * imapflow speaks; nothing is changed at the source, since its mailboxes are only examined.
 */
import { createHash } from 'node:crypto';
import { ImapFlow, type ListResponse } from 'imapflow';
import type { Flag } from '@posthorn/mail/flags.ts';
import { flagKey } from '@posthorn/mail/flags.ts';
import type { SpecialUse } from '@posthorn/store/mailboxes.ts';
import type { LetterAbout } from './archive.ts';

export interface ImapPlace {
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet; otherwise STARTTLS. */
  readonly isImplicitTls: boolean;
  readonly user: string;
  readonly password: string;
  /** Any certificate will do, and none. */
  readonly isInsecure: boolean;
}

export interface SourceMailbox {
  /** As the source calls it. */
  readonly path: string;
  /** As we do: `/` between levels. */
  readonly name: string;
  readonly specialUse?: SpecialUse;
  readonly isSubscribed: boolean;
}

export interface SourceLetter {
  readonly uidValidity: string;
  readonly uid: number;
  readonly about: LetterAbout & { readonly sha256: string };
  readonly octets: Buffer;
}

export interface SourceState {
  readonly uidValidity: string;
  /** All that are there, ascending. */
  readonly letters: readonly { readonly uid: number; readonly octets: number }[];
}

/** It cannot be reached, or does not do what is asked; one sentence. */
export class ImapFault extends Error {
  override readonly name = 'ImapFault';
}

const USES: ReadonlySet<string> = new Set(['\\Sent', '\\Drafts', '\\Trash', '\\Junk', '\\Archive', '\\All', '\\Flagged'] satisfies SpecialUse[]);
/** RFC 6154 §2: what is in these is elsewhere too. */
const VIRTUAL: ReadonlySet<string> = new Set(['\\All', '\\Flagged']);
/** Fetched at once: so much is in memory. */
const BATCH_OCTETS = 4 * 1024 * 1024;
const BATCH_LETTERS = 50;

export class ImapSource {
  readonly #client: ImapFlow;

  private constructor(client: ImapFlow) {
    this.#client = client;
  }

  static async connect({ host, port, isImplicitTls, user, password, isInsecure }: ImapPlace): Promise<ImapSource> {
    const client = new ImapFlow({
      host, port, secure: isImplicitTls, auth: { user, pass: password }, logger: false,
      ...isImplicitTls || isInsecure ? {} : { doSTARTTLS: true },
      tls: { rejectUnauthorized: !isInsecure },
    });
    // Told to whoever waits for an answer as well.
    client.on('error', () => {});
    await client.connect().catch((cause: unknown) => {
      throw new ImapFault(`${host}:${port} does not let us in: ${reasonOf(cause)}`, { cause });
    });
    return new ImapSource(client);
  }

  /** Without those whose letters are all elsewhere too. */
  async mailboxes(): Promise<readonly SourceMailbox[]> {
    const listed = await asFault(() => this.#client.list());
    return listed.filter(({ flags, specialUse }) => !flags.has('\\Noselect') && !flags.has('\\NonExistent') && !VIRTUAL.has(specialUse ?? ''))
      .map((entry) => mailboxOf(entry, this.#prefix()));
  }

  /** Some servers keep everything below INBOX. RFC 2342. */
  #prefix(): string {
    const { namespace } = this.#client;
    return typeof namespace === 'object' && namespace !== null && 'prefix' in namespace && typeof namespace.prefix === 'string' ? namespace.prefix : '';
  }

  async state(path: string): Promise<SourceState> {
    return asFault(async () => {
      const opened = await this.#client.mailboxOpen(path, { readOnly: true });
      const letters: { readonly uid: number; readonly octets: number }[] = [];
      if (opened.exists > 0) {
        for await (const { uid, size } of this.#client.fetch('1:*', { uid: true, size: true })) letters.push({ uid, octets: size ?? 0 });
      }
      return { uidValidity: String(opened.uidValidity), letters: letters.toSorted((a, b) => a.uid - b.uid) };
    });
  }

  /** Those that are gone meanwhile are left out. */
  async* letters(mailbox: SourceMailbox, { uidValidity, letters }: SourceState): AsyncGenerator<SourceLetter, void> {
    const opened = await asFault(() => this.#client.mailboxOpen(mailbox.path, { readOnly: true }));
    if (String(opened.uidValidity) !== uidValidity) throw new ImapFault(`${mailbox.path} was made anew at the other server meanwhile; begin again`);
    for (const uids of batches(letters)) {
      const found: SourceLetter[] = [];
      await asFault(async () => {
        for await (const { uid, flags, internalDate, source } of this.#client.fetch(uids.join(','), { uid: true, flags: true, internalDate: true, source: true }, { uid: true })) {
          if (source === undefined) continue;
          const sha256 = createHash('sha256').update(source).digest('hex');
          const date = internalDate === undefined ? 0 : new Date(internalDate).getTime();
          found.push({ uidValidity, uid, octets: source, about: { mailbox: mailbox.name, flags: flagsOf(flags), internalDate: date, sha256 } });
        }
      });
      yield* found.toSorted((a, b) => a.uid - b.uid);
    }
  }

  async close(): Promise<void> {
    await this.#client.logout().catch(() => {});
    this.#client.close();
  }
}

function mailboxOf({ path, delimiter, specialUse, specialUseSource, subscribed }: ListResponse, prefix: string): SourceMailbox {
  const own = prefix !== '' && path.startsWith(prefix) && path.length > prefix.length ? path.slice(prefix.length) : path;
  const levels = delimiter === '' ? [own] : own.split(delimiter);
  // A slash that is no delimiter there would be one here.
  const name = levels.map((level) => level.replaceAll('/', '_')).join('/');
  // Guessed from its name in many languages, which says something at the top only.
  const isTold = specialUseSource !== 'name' || levels.length === 1;
  const use = isTold && isSpecialUse(specialUse) ? { specialUse } : {};
  return { path, name: /^inbox$/i.test(name) ? 'INBOX' : name, ...use, isSubscribed: subscribed };
}

function isSpecialUse(use: string | undefined): use is SpecialUse {
  return use !== undefined && USES.has(use);
}

function flagsOf(flags: ReadonlySet<string> | undefined): readonly Flag[] {
  return [...flags ?? []].filter((flag) => flagKey(flag) !== '\\recent');
}

function batches(letters: SourceState['letters']): readonly (readonly number[])[] {
  const found: number[][] = [];
  let octets = BATCH_OCTETS;
  for (const letter of letters) {
    const last = found.at(-1);
    octets += letter.octets;
    if (last === undefined || octets > BATCH_OCTETS || last.length >= BATCH_LETTERS) {
      found.push([letter.uid]);
      octets = letter.octets;
    } else last.push(letter.uid);
  }
  return found;
}

async function asFault<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw new ImapFault(`the other server failed: ${reasonOf(cause)}`, { cause });
  }
}

/** What the server said, where it said something. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'responseText' in error && typeof error.responseText === 'string' ? error.responseText : error.message;
}

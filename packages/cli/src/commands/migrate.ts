/**
 * `posthorn mailbox migrate`: mail from any other IMAP server.
 */
import { Readable } from 'node:stream';
import { ACCOUNT_FILE, accountFile, letterHead } from '@posthorn/movers/archive.ts';
import { ImapFault, type ImapPlace, ImapSource, type SourceLetter, type SourceMailbox, type SourceState } from '@posthorn/movers/imap-source.ts';
import { TAR_END, tarHead, tarPadding } from '@posthorn/movers/tar.ts';
import { firstWord } from '../ask.ts';
import { BOOKS_OPTIONS, booksConfig } from '../books.ts';
import type { Call, Command } from '../command.ts';
import { Failure, UsageError } from '../command.ts';
import { withSocket } from '../control.ts';
import { readPassword } from '../input.ts';
import { carry, type CarryReport, tellCarried } from '../moving/carry.ts';
import { MigrationState } from '../moving/migration-state.ts';
import { ProgressTeller } from '../progress.ts';
import { table } from '../table.ts';

const IMAP_PORT = 143;
const IMAPS_PORT = 993;

export const migrate: Command = {
  name: 'mailbox migrate',
  words: 'ADDRESS',
  wordCount: { min: 1, max: 1 },
  summary: 'bring mail over from any other IMAP server',
  details: `
Mailboxes, flags, dates and special uses come along; every letter is compared by its hash.
Nothing is changed at the source. Run it once to bring the bulk, and again after the switch to
bring what came meanwhile: what was brought before is not fetched again, and a run that was
interrupted goes on where it was.

  posthorn mailbox migrate ann@elm.test --from imaps://ann@mail.example.org --password-stdin < secret`,
  options: {
    from: { value: 'URL', help: 'imaps://user@host, or imap://user@host for STARTTLS; an @ in the user is written %40' },
    'password-stdin': { help: 'the password at the other server is the first line of standard input' },
    mailbox: { value: 'NAME', isRepeatable: true, help: 'only this one (its name there); may be said more than once' },
    exclude: { value: 'NAME', isRepeatable: true, help: 'not this one; may be said more than once' },
    insecure: { help: 'any certificate will do, and none: for laboratories' },
    'dry-run': { help: 'fetch nothing; say what is there and what would be brought' },
    ...BOOKS_OPTIONS,
  },
  run: bringOver,
};

async function bringOver(call: Call): Promise<number> {
  const address = firstWord(call);
  const config = booksConfig(call);
  const place = await placeOf(call);
  using state = new MigrationState(config.data, [address, place.host, `${place.port}`, place.user]);
  const source = await ImapSource.connect(place).catch(asFailure);
  try {
    const plan = await planOf(call, source, state);
    if (call.isSet('dry-run')) return tellPlan(call, plan);
    const report = await withSocket(config, (socket) => bring(call, { address, source, plan, state, socket }));
    call.io.stdout.write(call.isSet('json') ? `${JSON.stringify({ event: 'done', ...report })}\n` : tellCarried(report, false));
    return report.refused === 0 ? 0 : 1;
  } catch (error) {
    return asFailure(error);
  } finally {
    await source.close();
  }
}

async function placeOf(call: Call): Promise<ImapPlace> {
  const from = call.value('from');
  if (from === undefined) throw new UsageError('say where the mail is: --from imaps://user@host');
  const url = URL.parse(from);
  if (url === null || !['imap:', 'imaps:'].includes(url.protocol) || url.hostname === '' || url.username === '') {
    throw new UsageError(`--from takes imaps://user@host, not “${from}”`);
  }
  if (url.password !== '') throw new UsageError('a password on the command line can be read by others: use --password-stdin');
  if (!call.isSet('password-stdin')) throw new UsageError('the password at the other server is read from standard input: say --password-stdin');
  const isImplicitTls = url.protocol === 'imaps:';
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isImplicitTls ? IMAPS_PORT : IMAP_PORT) : Number(url.port),
    isImplicitTls, user: decodeURIComponent(url.username), password: await readPassword(call.io), isInsecure: call.isSet('insecure'),
  };
}

interface Planned {
  readonly mailbox: SourceMailbox;
  readonly there: number;
  /** Those that were not brought yet. */
  readonly state: SourceState;
}

async function planOf(call: Call, source: ImapSource, done: MigrationState): Promise<readonly Planned[]> {
  const wanted = call.values('mailbox');
  const excluded = new Set(call.values('exclude'));
  const all = await source.mailboxes();
  const unknown = [...wanted, ...excluded].find((name) => !all.some(({ path }) => path === name));
  if (unknown !== undefined) throw new Failure(`there is no mailbox ${unknown} at the other server`);
  const plan: Planned[] = [];
  for (const mailbox of all) {
    const { path } = mailbox;
    if (excluded.has(path) || (wanted.length > 0 && !wanted.includes(path))) continue;
    const { uidValidity, letters } = await source.state(path);
    plan.push({ mailbox, there: letters.length, state: { uidValidity, letters: letters.filter(({ uid }) => !done.has({ path, uidValidity, uid })) } });
  }
  return plan;
}

function tellPlan(call: Call, plan: readonly Planned[]): number {
  const rows = plan.map(({ mailbox: { path, name, specialUse }, there, state: { letters } }) => ({
    mailbox: path, to: name, ...specialUse === undefined ? {} : { specialUse }, there, new: letters.length, octets: letters.reduce((sum, { octets }) => sum + octets, 0),
  }));
  if (call.isSet('json')) call.io.stdout.write(`${JSON.stringify({ mailboxes: rows })}\n`);
  else call.io.stdout.write(table(['mailbox', 'goes to', 'use', 'there', 'new'], rows.map((row) => [row.mailbox, row.to, row.specialUse ?? '', `${row.there}`, `${row.new}`])));
  return 0;
}

interface Bringing {
  readonly address: string;
  readonly source: ImapSource;
  readonly plan: readonly Planned[];
  readonly state: MigrationState;
  readonly socket: string;
}

async function bring(call: Call, { address, source, plan, state, socket }: Bringing): Promise<CarryReport> {
  const teller = new ProgressTeller(call);
  /** On their way, by number. */
  const travelling = new Map<number, SourceLetter & { readonly path: string }>();
  const archive = Readable.from(pack({ address, source, plan }, (number, letter) => travelling.set(number, letter)), { objectMode: false });
  try {
    return await carry(call, socket, {
      address, archive, teller, isDry: false,
      count: plan.reduce((sum, planned) => sum + planned.state.letters.length, 0),
      where: (number) => placeName(travelling.get(number)),
      arrived: ({ event, number }) => {
        const letter = travelling.get(number);
        if (letter === undefined || event === 'refused') return;
        state.add({ path: letter.path, uidValidity: letter.uidValidity, uid: letter.uid, sha256: letter.about.sha256 });
        travelling.delete(number);
      },
    });
  } finally {
    teller.end();
  }
}

function placeName(letter: (SourceLetter & { readonly path: string }) | undefined): string {
  return letter === undefined ? 'a letter' : `${letter.path} UID ${letter.uid}`;
}

async function* pack(
  { address, source, plan }: Pick<Bringing, 'address' | 'source' | 'plan'>, noted: (number: number, letter: SourceLetter & { readonly path: string }) => void,
): AsyncGenerator<Buffer, void> {
  const mailboxes = plan.map(({ mailbox: { name, specialUse } }) => ({ name, ...specialUse === undefined ? {} : { specialUse } }));
  const subscriptions = plan.filter(({ mailbox }) => mailbox.isSubscribed).map(({ mailbox }) => mailbox.name);
  const about = accountFile({ address, mailboxes, subscriptions, isMappedByUse: true });
  yield tarHead({ path: ACCOUNT_FILE, size: about.length, modifiedAt: 0, records: {} });
  yield about;
  yield tarPadding(about.length);
  let number = 0;
  for (const { mailbox, state } of plan) {
    if (state.letters.length === 0) continue;
    for await (const letter of source.letters(mailbox, state)) {
      number += 1;
      noted(number, { ...letter, path: mailbox.path });
      yield tarHead(letterHead(letter.about, { number, size: letter.octets.length }));
      yield letter.octets;
      yield tarPadding(letter.octets.length);
    }
  }
  yield TAR_END;
}

function asFailure(error: unknown): never {
  throw error instanceof ImapFault ? new Failure(error.message, { cause: error }) : error;
}

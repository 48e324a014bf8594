/**
 * `posthorn mailbox deleted|restore|show`: what was deleted, put back, and how a mailbox was.
 */
import { realClock } from '@posthorn/world/node/clock.ts';
import { parseDuration } from '@posthorn/server/config/units.ts';
import { hasMore, isDeleted, isFormer, isRestored, listIn, nextIn } from '../answers.ts';
import type { ShownFormer, ShownRestored } from '../answers.ts';
import { ask, firstWord } from '../ask.ts';
import { BOOKS_OPTIONS, booksConfig } from '../books.ts';
import type { Call, Command } from '../command.ts';
import { UsageError } from '../command.ts';
import { withControl } from '../control.ts';
import { sizeText } from '../quantities.ts';
import { table } from '../table.ts';

const LETTERS_MAX = 1000;
const MOMENT_HELP = 'TIME is 2026-11-24, "2026-11-24 10:30" (UTC), or how long ago: 90m, 2h, 3d.';
const SINCE = { value: 'TIME', help: 'what was deleted since then' } as const;

export const keptCommands: readonly Command[] = [
  {
    name: 'mailbox deleted',
    words: 'ADDRESS',
    wordCount: { min: 1, max: 1 },
    summary: 'letters that were deleted and can be put back',
    details: MOMENT_HELP,
    options: { since: SINCE, ...BOOKS_OPTIONS },
    run: (call) => ask(call, { method: 'GET', path: `${pathOf(call, 'deleted')}?${new URLSearchParams({ limit: String(LETTERS_MAX), ...momentOption(call, 'since') }).toString()}` }, (answer) => {
      const letters = listIn(answer, 'letters', isDeleted);
      if (letters.length === 0) return 'Nothing was deleted that is still kept.\n';
      return table(['ID', 'DELETED', 'MAILBOX', 'SIZE', 'FROM', 'SUBJECT'], letters.map(({ id, deletedAt, mailbox, octets, from, subject }) => [id, minute(deletedAt), mailbox, sizeText(octets), from, subject ?? '']));
    }),
  },
  {
    name: 'mailbox restore',
    words: 'ADDRESS [ID…]',
    wordCount: { min: 1, max: LETTERS_MAX + 1 },
    summary: 'put deleted letters and mailboxes back, by ID or --since a moment',
    details: `Each letter goes back into the mailbox that it was in, under a new UID and without \\Deleted. ${MOMENT_HELP}\n\nExample: posthorn mailbox restore ann@example.org --since 2h`,
    options: {
      since: SINCE,
      mailbox: { value: 'NAME', help: 'only what was in this mailbox' },
      into: { value: 'NAME', help: 'into this mailbox, not where each letter was' },
      ...BOOKS_OPTIONS,
    },
    run: restore,
  },
  {
    name: 'mailbox show',
    words: 'ADDRESS MAILBOX',
    wordCount: { min: 2, max: 2 },
    summary: 'what a mailbox holds, or held at a moment, and what became of it',
    details: MOMENT_HELP,
    options: { at: { value: 'TIME', help: 'as it was then (default: now)' }, ...BOOKS_OPTIONS },
    run: show,
  },
];

function pathOf(call: Call, what: string): string {
  return `/rest/v1/accounts/${encodeURIComponent(firstWord(call))}/${what}`;
}

/** A page an act, so that letters come in between. */
async function restore(call: Call): Promise<number> {
  const letters = call.words.slice(1);
  const { since } = momentOption(call, 'since');
  if (since === undefined && letters.length === 0) throw new UsageError('say which: the IDs of letters, or --since TIME');
  const [mailbox, into] = [call.value('mailbox'), call.value('into')];
  const body = {
    ...(since === undefined ? {} : { since }), ...(letters.length === 0 ? {} : { letters }),
    ...(mailbox === undefined ? {} : { mailbox }), ...(into === undefined ? {} : { into }),
  };
  const restored = new Map<string, number>();
  await withControl(booksConfig(call), async (control) => {
    for (let isMore = true; isMore;) {
      const answer = await control.ask({ method: 'POST', path: pathOf(call, 'restore'), body });
      for (const { mailbox: name, letters: count } of listIn(answer, 'restored', isRestored)) restored.set(name, (restored.get(name) ?? 0) + count);
      isMore = hasMore(answer);
    }
  });
  const all = Array.from(restored, ([name, count]): ShownRestored => ({ mailbox: name, letters: count }));
  call.io.stdout.write(call.isSet('json') ? `${JSON.stringify({ restored: all })}\n` : tellRestored(all));
  return 0;
}

function tellRestored(restored: readonly ShownRestored[]): string {
  if (restored.length === 0) return 'There was nothing to put back.\n';
  return restored.map(({ mailbox, letters }) => `${mailbox}: ${letters} ${letters === 1 ? 'letter' : 'letters'} put back.\n`).join('');
}

async function show(call: Call): Promise<number> {
  const at = momentOption(call, 'at');
  const path = `${pathOf(call, 'mailboxes')}/${encodeURIComponent(call.words[1] ?? '')}`;
  const letters: ShownFormer[] = [];
  await withControl(booksConfig(call), async (control) => {
    for (let after: number | undefined = 0; after !== undefined;) {
      const query = new URLSearchParams({ after: String(after), limit: String(LETTERS_MAX), ...at });
      const answer = await control.ask({ method: 'GET', path: `${path}?${query.toString()}` });
      letters.push(...listIn(answer, 'letters', isFormer));
      after = nextIn(answer);
    }
  });
  call.io.stdout.write(call.isSet('json') ? `${JSON.stringify({ letters })}\n` : table(['UID', 'ID', 'DATE', 'SIZE', 'FROM', 'SUBJECT', 'SINCE THEN'], letters.map(({ uid, id, date, octets, from, subject, fate }) => [
    String(uid), id, minute(date), sizeText(octets), from, subject ?? '', fateText(fate),
  ])));
  return 0;
}

function fateText({ kind, at, to }: ShownFormer['fate']): string {
  if (kind === 'here') return '';
  return `${kind}${to === undefined ? '' : ` to ${to}`}${at === undefined ? '' : ` ${minute(at)}`}`;
}

/** An option's moment as the API takes it. Throws `UsageError`. */
function momentOption(call: Call, name: 'since' | 'at'): { readonly since?: string; readonly at?: string } {
  const text = call.value(name);
  if (text === undefined) return {};
  const ago = parseDuration(text);
  const at = ago === undefined ? momentOf(text) : realClock.now() - ago;
  if (at === undefined) throw new UsageError(`--${name}: ${MOMENT_HELP} Not “${text}”`);
  return { [name]: new Date(at).toISOString() };
}

/** In UTC where no zone is said. */
function momentOf(text: string): number | undefined {
  const [, day, clock, zone = 'Z'] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T${clock ?? '00:00'}${zone}`);
  return Number.isNaN(at) ? undefined : at;
}

/** `2026-11-23 12:34` in UTC. */
function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

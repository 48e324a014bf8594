/**
 * `posthorn store`: the books as a whole. Backed up, restored, tried out, examined and mended.
 */
import { resolve } from 'node:path';
import type { BackupReport, Damage, Examination, Mending, RestoreReport } from '@posthorn/store/care.ts';
import type { DrillReport } from '@posthorn/store/sqlite/care/folder-care.ts';
import { firstWord } from '../ask.ts';
import { BOOKS_OPTIONS, booksConfig } from '../books.ts';
import type { Call, Command } from '../command.ts';
import { Failure } from '../command.ts';
import { runningSocket } from '../control.ts';
import { runJob } from '../event-stream.ts';
import { amount, ProgressTeller, type Step, timeOf } from '../progress.ts';
import { toldFault } from '../told-fault.ts';

/** Loaded only when it is needed: most commands speak to a server. */
const care = () => import('@posthorn/store/sqlite/care/folder-care.ts');

/** Damages told one by one to a person. */
const DAMAGES_TOLD = 50;

export const storeCommands: readonly Command[] = [
  {
    name: 'store backup',
    words: 'DIR',
    wordCount: { min: 1, max: 1 },
    summary: 'back the books up while they are in use, and prove that the backup can be read',
    details: `
Into a folder of its own, best on another disk. A later backup into the same folder copies
only letters that are new; what is in it is always one whole backup. The search index is left
out: it is made anew.

  posthorn store backup /mnt/backup/posthorn`,
    options: BOOKS_OPTIONS,
    run: backup,
  },
  {
    name: 'store restore',
    words: 'DIR',
    wordCount: { min: 1, max: 1 },
    summary: 'make books of a backup, while no server is running',
    details: `
Letters that came after the backup are not in it. So every mailbox gets a new UIDVALIDITY, and
mail programs fetch their lists again; letters that were under way are held, since they may
have arrived meanwhile: look with “posthorn queue list”, then “posthorn queue release --all”.`,
    options: { replace: { help: 'there are books already: move them aside, into replaced-TIME in the data folder' }, ...BOOKS_OPTIONS },
    run: (call) => {
      const { data } = booksConfig(call);
      const job = { from: path(call), at: Date.now(), isReplacing: call.isSet('replace') };
      return work<RestoreReport>(call, tellRestored, async (teller) => (await care()).restoreFolder(data, job, { tell: (step) => teller.tell(step) }));
    },
  },
  {
    name: 'store drill',
    words: 'DIR',
    wordCount: { min: 1, max: 1 },
    summary: 'try a backup out: restore it into a temporary folder, read every letter, say how long that takes',
    options: {
      tmp: { value: 'DIR', help: 'where the temporary folder is made; it needs as much room as the books' },
      json: { help: 'answer in JSON' },
    },
    run: (call) => {
      const parent = call.value('tmp');
      const where = { at: Date.now(), ...(parent === undefined ? {} : { parent: resolve(call.io.cwd(), parent) }) };
      const begun = performance.now();
      return work<DrillReport & { readonly seconds: number }>(call, tellDrill, async (teller) => {
        const report = await (await care()).drill(path(call), where, { tell: (step) => teller.tell(step) });
        return { ...report, seconds: Math.round((performance.now() - begun) / 100) / 10 };
      });
    },
  },
  {
    name: 'store verify',
    words: '',
    wordCount: { min: 0, max: 0 },
    summary: 'read every letter and say which are not as they were written; --repair saves the others',
    details: `
Every content is hashed, every row of a letter is summed. With --repair, and no server running,
all letters that are whole are brought into new books; the old ones, and what can still be read
of damaged letters, go into the folder “quarantine” beside them.`,
    options: { repair: { help: 'mend what is damaged' }, ...BOOKS_OPTIONS },
    run: (call) => (call.isSet('repair') ? repair(call) : verify(call)),
  },
];

async function backup(call: Call): Promise<number> {
  const config = booksConfig(call);
  const to = path(call);
  const socket = await runningSocket(config);
  return work<BackupReport>(call, tellBackup, async (teller) => {
    if (socket === undefined) return (await care()).backUpFolder(config.data, { to, at: Date.now() }, { tell: (step) => teller.tell(step) });
    return atServer<BackupReport>(socket, { path: '/rest/v1/store/backups', body: { to } }, teller);
  });
}

async function verify(call: Call): Promise<number> {
  const config = booksConfig(call);
  const socket = await runningSocket(config);
  return work<Examination>(call, tellExamination, async (teller) => {
    if (socket === undefined) return (await care()).examineFolder(config.data, { tell: (step) => teller.tell(step) });
    return atServer<Examination>(socket, { path: '/rest/v1/store/examinations' }, teller);
  });
}

async function repair(call: Call): Promise<number> {
  const config = booksConfig(call);
  if (await runningSocket(config) !== undefined) throw new Failure('a server has the books open; stop it first, then repair them');
  return work<Mending | Examination>(call, (report) => ('quarantine' in report ? tellMending(report) : tellExamination(report)), async (teller) => {
    const options = { tell: (step: Step) => teller.tell(step) };
    const { examineFolder, mendFolder } = await care();
    const examination = await examineFolder(config.data, options);
    return examination.damageCount === 0 ? examination : mendFolder(config.data, Date.now(), options);
  });
}

async function atServer<T extends object>(socket: string, job: { readonly path: string; readonly body?: object }, teller: ProgressTeller): Promise<T> {
  return runJob<T>(socket, job, (event) => {
    if (isStep(event)) teller.tell(event);
  });
}

/** Prints what the job answers; a job that finds damage fails. */
async function work<T extends object>(call: Call, tell: (report: T) => string, job: (teller: ProgressTeller) => Promise<T>): Promise<number> {
  const teller = new ProgressTeller(call);
  try {
    const report = await job(teller);
    teller.end();
    call.io.stdout.write(call.isSet('json') ? `${JSON.stringify({ ...report, event: 'done' })}\n` : tell(report));
    return hasDamage(report) ? 1 : 0;
  } catch (error) {
    teller.end();
    throw toldFault(error);
  }
}

function hasDamage(report: object): boolean {
  if ('examination' in report && typeof report.examination === 'object' && report.examination !== null) return hasDamage(report.examination);
  return 'damageCount' in report && report.damageCount !== 0;
}

function isStep(event: object): event is Step {
  return 'task' in event && 'done' in event && 'unit' in event;
}

function path(call: Call): string {
  return resolve(call.io.cwd(), firstWord(call));
}

function tellBackup({ messages, spooled, octets, newContents, newOctets }: BackupReport): string {
  return `Backed up and read back: ${messages} messages, ${spooled} letters under way, ${amount(octets, 'octets')} in all; new since the last time: ${newContents} letters, ${amount(newOctets, 'octets')}.\n`;
}

function tellRestored({ backupAt, accounts, messages, held }: RestoreReport): string {
  const waiting = held === 0 ? '' : `${held} letters under way are held: posthorn queue list, then posthorn queue release --all.\n`;
  return `Restored as of ${new Date(backupAt).toISOString()}: ${accounts} accounts, ${messages} messages. Every mailbox has a new UIDVALIDITY.\n${waiting}`;
}

function tellDrill({ seconds, backupAt, accounts, messages, examination }: DrillReport & { readonly seconds: number }): string {
  return `Restored and read in ${timeOf(seconds)}, as of ${new Date(backupAt).toISOString()}: ${accounts} accounts, ${messages} messages, ${amount(examination.octets, 'octets')}.\n${tellDamages(examination)}`;
}

function tellExamination(examination: Examination): string {
  const { accounts, messages, spooled, contents, octets } = examination;
  return `Read ${contents} letters, ${amount(octets, 'octets')}: ${accounts} accounts, ${messages} messages, ${spooled} letters under way.\n${tellDamages(examination)}`;
}

function tellMending({ messages, spooled, damages, quarantine, laidAside }: Mending): string {
  return `Mended: ${messages} messages and ${spooled} letters under way are whole. ${damages.length} damages; of ${laidAside} letters what could be read is in ${quarantine}.\n${damageLines(damages)}`;
}

function tellDamages({ damages, damageCount }: Examination): string {
  if (damageCount === 0) return 'All is as it was written.\n';
  return `${damageCount} damages. With no server running, “posthorn store verify --repair” saves what is whole.\n${damageLines(damages)}`;
}

function damageLines(damages: readonly Damage[]): string {
  const lines = damages.slice(0, DAMAGES_TOLD).map(({ what, account, mailbox, uid, letter, why }) => {
    const place = [account, mailbox, uid === undefined ? undefined : `UID ${uid}`, letter].filter((part) => part !== undefined).join(' ');
    return `  ${what}${place === '' ? '' : ` ${place}`}: ${why}\n`;
  });
  const rest = damages.length - lines.length;
  return `${lines.join('')}${rest > 0 ? `  and ${rest} more: --json tells all\n` : ''}`;
}

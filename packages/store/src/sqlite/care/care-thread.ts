/**
 * The thread of one job of care: a snapshot, a long read or a copy holds up nobody but it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { CareRefused, type Tell } from '../../care.ts';
import { StoreRefused } from '../../store.ts';
import { backUp } from './back-up.ts';
import { examine } from './examine.ts';
import type { CareJob, CareKind, CareResults, FromCare } from './jobs.ts';
import { mend } from './mend.ts';
import { openForCare } from './open-for-care.ts';
import { restore } from './restore.ts';

/** Between two words about how far it is. */
const TELL_MS = 200;

function run(job: CareJob, tell: Tell): CareResults[CareKind] {
  switch (job.kind) {
    case 'examine': {
      const { db, why } = openForCare(job.folder);
      try {
        return examine({ ...job, db, tell, ...(why === undefined ? {} : { why }) });
      } finally {
        db.close();
      }
    }
    case 'mend': {
      const { db, why } = openForCare(job.folder);
      const examination = examine({ ...job, db, tell, ...(why === undefined ? {} : { why }) });
      return mend({ ...job, old: db, examination, tell });
    }
    case 'back-up': return backUp({ ...job, tell });
    case 'restore': return restore({ ...job, tell });
    default: throw new Error(`unknown job ${String(job satisfies never)}`);
  }
}

function begin(job: CareJob): void {
  const say = (message: FromCare): void => parentPort?.postMessage(message);
  let last = 0;
  let task = '';
  try {
    const result = run(job, (progress) => {
      const now = performance.now();
      if (progress.task === task && now - last < TELL_MS && progress.done !== progress.total) return;
      last = now;
      task = progress.task;
      say({ kind: 'progress', progress });
    });
    say({ kind: 'done', result });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say({ kind: 'failed', isRefusal: error instanceof CareRefused || error instanceof StoreRefused, message: error.message, stack: error.stack ?? '' });
  }
}

begin(workerData);

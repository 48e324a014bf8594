/**
 * Brings books of an older version to this one, or refuses those that it cannot know.
 *
 * A step's tables are made in one transaction, and from then on the books are of the next
 * version, so that an older program leaves them alone; rows are filled in after that, batch
 * by batch. Whoever opens the books next goes on where the last one was killed.
 */
import type { Database } from 'better-sqlite3';
import { StoreRefused, type Upgrade } from '../store.ts';
import { SCHEMA_VERSION, type Step, STEPS } from './schema.ts';

/** 'PSTH': says that the file is ours. */
const APPLICATION_ID = 0x50_53_54_48;
const ROWS_PER_BATCH = 1000;
/** The first version that can have rows to be filled in. */
const FILLING_SINCE = 2;

export interface MigrateOptions {
  /** Told after each batch. */
  readonly tell?: (upgrade: Upgrade) => void;
  readonly rowsPerBatch?: number;
  readonly steps?: readonly Step[];
}

interface Filling {
  readonly version: number;
  readonly cursor: string;
  readonly done: number;
  readonly total: number;
}

export function migrate(db: Database, { tell = () => {}, rowsPerBatch = ROWS_PER_BATCH, steps = STEPS }: MigrateOptions = {}): void {
  const version = knownVersion(db, steps.length);
  const goOn = (): void => {
    for (const filling of fillings(db)) fillIn(db, filling, { step: steps[filling.version - 1], rows: rowsPerBatch, tell });
  };
  if (version >= FILLING_SINCE) goOn();
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    begin(db, step, index + 1);
    if (index + 1 >= FILLING_SINCE) goOn();
  }
}

/** Throws `StoreRefused` if the books are not ours, or of a later version. */
function knownVersion(db: Database, last = SCHEMA_VERSION): number {
  const version = Number(db.pragma('user_version', { simple: true }));
  const application = Number(db.pragma('application_id', { simple: true }));
  if (application !== APPLICATION_ID && (application !== 0 || version !== 0)) {
    throw new StoreRefused('the database in the data folder was not made by Posthorn');
  }
  if (version > last) {
    throw new StoreRefused(`the data folder is of version ${version}, and this Posthorn knows versions up to ${last}: use the newer one`);
  }
  return version;
}

function begin(db: Database, { sql, fill }: Step, version: number): void {
  db.transaction(() => {
    db.exec(sql);
    const total = fill?.total(db) ?? 0;
    // New books, and those without such rows, have nothing to be filled in.
    if (total > 0) db.prepare('INSERT INTO filling (version, cursor, done, total) VALUES (?, ?, 0, ?)').run(version, '', total);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${version}`);
  }).immediate();
}

function fillings(db: Database): readonly Filling[] {
  return db.prepare<[], Filling>('SELECT version, cursor, done, total FROM filling ORDER BY version').all();
}

function fillIn(db: Database, { version, total, ...from }: Filling, { step, rows, tell }: {
  readonly step: Step | undefined; readonly rows: number; readonly tell: (upgrade: Upgrade) => void;
}): void {
  if (step?.fill === undefined) throw new Error(`version ${version} has nothing to be filled in`);
  const { fill } = step;
  const advance = db.prepare('UPDATE filling SET cursor = ?, done = ? WHERE version = ?');
  const finish = db.prepare('DELETE FROM filling WHERE version = ?');
  let done = from.done;
  for (let cursor: string | undefined = from.cursor; cursor !== undefined;) {
    const start: string = cursor;
    cursor = db.transaction((): string | undefined => {
      const filled = fill.batch(db, start, rows);
      done += filled.rows;
      if (filled.cursor === undefined) finish.run(version);
      else advance.run(filled.cursor, done, version);
      return filled.cursor;
    }).immediate();
    // Nobody else empties the WAL before the books are open.
    db.pragma('wal_checkpoint(PASSIVE)');
    tell({ version, done: cursor === undefined ? total : done, total });
  }
}

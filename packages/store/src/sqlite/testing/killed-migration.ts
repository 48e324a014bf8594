/**
 * A process that brings books to this version and is killed in the middle, without warning.
 *
 * Arguments: the books, and after how many batches. Prints how many rows were done.
 */
import { writeSync } from 'node:fs';
import { openForWriting } from '../database.ts';

const ROWS_PER_BATCH = 50;

const [file = '', batches = ''] = process.argv.slice(2);
let left = Number(batches);
openForWriting(file, {
  rowsPerBatch: ROWS_PER_BATCH,
  tell: ({ done }) => {
    writeSync(1, `${done}\n`);
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});

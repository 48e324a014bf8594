/**
 * What a migration has brought over, so that it goes on where it was: a line a letter, in the
 * data folder, written when the server has kept it.
 */
import { hash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Line {
  readonly path: string;
  readonly uidValidity: string;
  readonly uid: number;
  readonly sha256: string;
}

export class MigrationState implements Disposable {
  readonly file: string;
  readonly #done = new Set<string>();
  #handle: number | undefined;

  /** `what`: whose mail from where to whom. */
  constructor(data: string, what: readonly string[]) {
    this.file = join(data, 'migrations', `${hash('sha256', JSON.stringify(what)).slice(0, 16)}.jsonl`);
    if (!existsSync(this.file)) return;
    for (const text of readFileSync(this.file, 'utf8').split('\n')) {
      const line = read(text);
      if (line !== undefined) this.#done.add(keyOf(line));
    }
  }

  has(letter: Omit<Line, 'sha256'>): boolean {
    return this.#done.has(keyOf(letter));
  }

  add(line: Line): void {
    if (this.#handle === undefined) {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
      this.#handle = openSync(this.file, 'a', 0o600);
    }
    writeSync(this.#handle, `${JSON.stringify(line)}\n`);
    this.#done.add(keyOf(line));
  }

  [Symbol.dispose](): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
  }
}

/** A crash may leave half a line. */
function read(text: string): Line | undefined {
  try {
    const line: Line = JSON.parse(text);
    return line;
  } catch {
    return undefined;
  }
}

function keyOf({ path, uidValidity, uid }: Omit<Line, 'sha256'>): string {
  return `${uidValidity} ${uid} ${path}`;
}

/**
 * What is written of letters that may be sent again.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { RequestOf } from '../requests.ts';

export class RetryActs {
  readonly #clear: Statement<[]>;
  readonly #add: Statement<[letter: string, at: number, retry: Buffer]>;
  readonly #settle: Statement<[]>;

  constructor(db: Database) {
    this.#clear = db.prepare('DELETE FROM unheard');
    this.#add = db.prepare('INSERT OR REPLACE INTO unheard (letter, at, retry) VALUES (?, ?, ?)');
    this.#settle = db.prepare(`
      INSERT INTO sequence (name, last) SELECT 'heard', coalesce(max(id), 0) FROM note WHERE true
      ON CONFLICT DO UPDATE SET last = max(last, excluded.last)`);
  }

  heard({ unheard }: RequestOf<'heard'>): null {
    this.#clear.run();
    // What travels between threads is plain octets.
    for (const { letter, at, key } of unheard) this.#add.run(letter, at, Buffer.from(key));
    this.#settle.run();
    return null;
  }
}

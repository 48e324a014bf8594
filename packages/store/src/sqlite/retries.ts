/**
 * Letters that may not have been heard of, read.
 */
import { letterId } from '../ids.ts';
import { RETRY_KEY_OCTETS, type RetryBooks, type RetryMark, type UnheardLetter } from '../retries.ts';
import type { Carrier } from './carrier.ts';
import type { Query, Reader } from './reader.ts';

interface Row {
  readonly letter: string;
  readonly at: number;
  readonly retry: Buffer;
}

export class SqliteRetries implements RetryBooks {
  readonly #db: Reader;
  readonly #carrier: Carrier;
  readonly #settled: Query<[since: number, limit: number], Row>;
  readonly #since: Query<[], { at: number; retry: Buffer | null; letter: string }>;

  constructor(db: Reader, carrier: Carrier) {
    this.#db = db;
    this.#carrier = carrier;
    this.#settled = db.prepare('SELECT letter, at, retry FROM unheard WHERE at >= ? ORDER BY at DESC LIMIT ?');
    // Notes come in order of time, nearly, and nobody looks for them by their marks: so no index.
    this.#since = db.prepare(`
      SELECT letter, at, retry FROM note
      WHERE id > coalesce((SELECT last FROM sequence WHERE name = 'heard'), 0) ORDER BY id DESC`);
  }

  async unheard({ since, limit }: Parameters<RetryBooks['unheard']>[0]): Promise<readonly UnheardLetter[]> {
    return this.#db.atOnce(() => {
      const found: UnheardLetter[] = [];
      const sessions = new Set<string>();
      let old = 0;
      this.#since.until(({ letter, at, retry }) => {
        old = at < since ? old + 1 : 0;
        if (retry !== null && at >= since) {
          const { key, session } = readMark(retry);
          // A later letter of the same session shows that this one was heard of.
          if (!sessions.has(session)) found.push({ letter: letterId(letter), key, at });
          sessions.add(session);
        }
        return found.length === limit || old > OLD_IN_A_ROW;
      });
      const settled = this.#settled.all(since, limit - found.length);
      return [...found, ...settled.map(({ letter, at, retry }) => ({ letter: letterId(letter), key: readMark(retry).key, at }))];
    });
  }

  async settle(letters: readonly UnheardLetter[]): Promise<void> {
    await this.#carrier.submit({ kind: 'heard', unheard: letters });
  }
}

/** So many older notes one after the other, and those before them are older still. */
const OLD_IN_A_ROW = 100;

/** The key, and the session's id behind it. */
export function writeMark({ key, session }: RetryMark): Buffer {
  if (key.length !== RETRY_KEY_OCTETS) throw new RangeError(`a key of ${key.length} octets`);
  return Buffer.concat([key, Buffer.from(session)]);
}

function readMark(retry: Buffer): RetryMark {
  return { key: retry.subarray(0, RETRY_KEY_OCTETS), session: retry.toString('utf8', RETRY_KEY_OCTETS) };
}

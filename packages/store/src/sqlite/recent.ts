/**
 * What was read of a table that is asked all day and changed once a week: accounts, aliases.
 *
 * Only this process changes the books, and it forgets everything here before it answers
 * whoever changed something, so that nobody reads what was true before his own act. Between
 * a commit and its answer the old row may still be told; an acceptance that relies on it
 * looks again inside its transaction.
 */

/** Rows kept; beyond that, what was read first goes first. */
const ROWS_MAX = 10_000;

export class Recent<Row> {
  readonly #read: (key: string) => Row | undefined;
  readonly #rows = new Map<string, Row>();

  constructor(read: (key: string) => Row | undefined) {
    this.#read = read;
  }

  /** A row that is not there is asked for every time: there are more such names than any memory holds. */
  get(key: string): Row | undefined {
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = this.#read(key);
    if (row === undefined) return undefined;
    if (this.#rows.size >= ROWS_MAX) {
      for (const first of this.#rows.keys()) {
        this.#rows.delete(first);
        break;
      }
    }
    this.#rows.set(key, row);
    return row;
  }

  /** Does the change, and forgets, whatever came of it. */
  async change<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } finally {
      this.#rows.clear();
    }
  }
}

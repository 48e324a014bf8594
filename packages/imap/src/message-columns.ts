/**
 * Compact stores for what a session keeps of each message: numbers in columns, flag sets by number.
 */
import { flagKey, type Flag } from '@posthorn/mail/flags.ts';

type Numbers = Uint32Array | Float64Array;

const COLUMN_LENGTH_MIN = 64;

/** Numbers in a row; the array behind it grows by doubling. */
export class Column {
  readonly #make: (length: number) => Numbers;
  #values: Numbers;
  #length = 0;

  /** Of 32 bits unless `make` says otherwise. */
  constructor(make: (length: number) => Numbers = (length) => new Uint32Array(length)) {
    this.#make = make;
    this.#values = make(COLUMN_LENGTH_MIN);
  }

  get length(): number {
    return this.#length;
  }

  /** Within the length, or it is a bug. */
  at(index: number): number {
    const value = index < this.#length ? this.#values[index] : undefined;
    if (value === undefined) throw new RangeError(`there is no ${index} in a column of ${this.#length}`);
    return value;
  }

  set(index: number, value: number): void {
    this.at(index);
    this.#values[index] = value;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = this.#make(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** Of ascending values: where the first one is that is not below `value`, or the length. */
  indexFrom(value: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Only those whose place is kept, in their order. */
  filter(isKept: (index: number) => boolean): void {
    let length = 0;
    for (let index = 0; index < this.#length; index++) {
      if (isKept(index)) this.#values[length++] = this.at(index);
    }
    this.#length = length;
  }
}

/** Each set of flags once: of a hundred thousand messages few differ in them. */
export class FlagSets {
  readonly #numbers = new Map<string, number>();
  readonly #sets: { readonly flags: readonly Flag[]; readonly keys: ReadonlySet<string> }[] = [];

  get size(): number {
    return this.#sets.length;
  }

  numberOf(flags: readonly Flag[]): number {
    const keys = flags.map((flag) => flagKey(flag)).sort();
    const name = keys.join(' ');
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#sets.length);
    return this.#sets.push({ flags: [...flags], keys: new Set(keys) }) - 1;
  }

  flagsAt(number: number): readonly Flag[] {
    return this.#sets[number]?.flags ?? [];
  }

  /** Whether the set has the flag of this key. */
  has(number: number, key: string): boolean {
    return this.#sets[number]?.keys.has(key) ?? false;
  }
}

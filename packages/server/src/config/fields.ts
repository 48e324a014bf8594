/**
 * Reads fields out of a tree and collects everything that is wrong, each with its line.
 *
 * A reader never stops at the first problem: the operator sees them all at once.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TableTree, Tree } from './tree.ts';

export interface Problem {
  readonly line: number;
  /** What is wrong, and what would be right. */
  readonly what: string;
}

/** Where relative paths start and secrets come from. */
export interface Surroundings {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A table being read: each key is asked for once; what was never asked for is unknown. */
export class Fields {
  readonly #tree: TableTree | undefined;
  readonly #name: string;
  readonly #problems: Problem[];
  readonly #surroundings: Surroundings;
  readonly #known = new Set<string>();

  constructor(tree: TableTree | undefined, name: string, problems: Problem[], surroundings: Surroundings) {
    this.#tree = tree;
    this.#name = name;
    this.#problems = problems;
    this.#surroundings = surroundings;
  }

  get isPresent(): boolean {
    return this.#tree !== undefined;
  }

  /** The line of a key, or of the table where the key is missing. */
  line(key?: string): number {
    return (key === undefined ? undefined : this.#tree?.entries.get(key)?.line) ?? this.#tree?.line ?? 1;
  }

  has(key: string): boolean {
    return this.#tree?.entries.has(key) ?? false;
  }

  problem(line: number, what: string): void {
    this.#problems.push({ line, what });
  }

  missing(key: string, example: string): void {
    this.problem(this.line(), `${this.#path(key)} is missing; for example: ${example}`);
  }

  /** A string made into a `T`; `expected` says what would be right. */
  text<T>(key: string, expected: string, parse: (text: string) => T | undefined): T | undefined {
    const tree = this.#take(key);
    if (tree === undefined) return undefined;
    if (tree.kind === 'value' && typeof tree.value === 'string') {
      const parsed = parse(tree.value);
      if (parsed !== undefined) return parsed;
      this.problem(tree.line, `${this.#path(key)} = ${JSON.stringify(tree.value)} is not ${expected}`);
    } else {
      this.problem(tree.line, `${this.#path(key)} must be a string: ${expected}`);
    }
    return undefined;
  }

  /** A list of strings, each made into a `T`; undefined if one of them cannot be. */
  texts<T>(key: string, expected: string, parse: (text: string) => T | undefined): readonly T[] | undefined {
    const tree = this.#take(key);
    if (tree === undefined) return undefined;
    if (tree.kind !== 'list') {
      this.problem(tree.line, `${this.#path(key)} must be a list of strings: ${expected}`);
      return undefined;
    }
    const values: T[] = [];
    for (const item of tree.items) {
      const parsed = item.kind === 'value' && typeof item.value === 'string' ? parse(item.value) : undefined;
      if (parsed === undefined) this.problem(item.line, `${this.#path(key)} has an entry that is not ${expected}`);
      else values.push(parsed);
    }
    return values.length === tree.items.length ? values : undefined;
  }

  integer(key: string, bounds: { readonly min: number; readonly max: number }): number | undefined {
    const tree = this.#take(key);
    if (tree === undefined) return undefined;
    const value = tree.kind === 'value' && typeof tree.value === 'bigint' ? Number(tree.value) : tree.kind === 'value' ? tree.value : undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= bounds.min && value <= bounds.max) return value;
    this.problem(tree.line, `${this.#path(key)} must be a whole number from ${bounds.min} to ${bounds.max}`);
    return undefined;
  }

  flag(key: string): boolean | undefined {
    const tree = this.#take(key);
    if (tree === undefined) return undefined;
    if (tree.kind === 'value' && typeof tree.value === 'boolean') return tree.value;
    this.problem(tree.line, `${this.#path(key)} must be true or false`);
    return undefined;
  }

  /** An absolute path. */
  path(key: string): string | undefined {
    return this.text(key, 'a path', (text) => (text === '' ? undefined : resolve(this.#surroundings.folder, text)));
  }

  /** A string, or `{ file = "…" }`, or `{ env = "…" }`. */
  secret(key: string): string | undefined {
    const tree = this.#tree?.entries.get(key);
    if (tree?.kind !== 'table') return this.text(key, 'a secret that is not empty', (text) => text || undefined);
    this.#known.add(key);
    const source = new Fields(tree, this.#path(key), this.#problems, this.#surroundings);
    const file = source.path('file');
    const variable = source.text('env', 'a variable name', (text) => text || undefined);
    source.done();
    if ((file === undefined) === (variable === undefined)) {
      this.problem(tree.line, `${this.#path(key)} must be a string, { file = "…" } or { env = "…" }`);
      return undefined;
    }
    return file === undefined ? this.#fromEnvironment(key, variable ?? '') : this.#fromFile(key, file);
  }

  table(key: string): Fields {
    const tree = this.#take(key);
    if (tree !== undefined && tree.kind !== 'table') this.problem(tree.line, `${key} must be a table: [${key}]`);
    return new Fields(tree?.kind === 'table' ? tree : undefined, this.#path(key), this.#problems, this.#surroundings);
  }

  tables(key: string): readonly Fields[] {
    const tree = this.#take(key);
    if (tree === undefined) return [];
    const items = tree.kind === 'list' ? tree.items : [];
    if (tree.kind !== 'list' || items.some(({ kind }) => kind !== 'table')) {
      this.problem(tree.line, `${key} must be written as [[${key}]], once for each`);
    }
    return items.flatMap((item) => (item.kind === 'table' ? [new Fields(item, this.#path(key), this.#problems, this.#surroundings)] : []));
  }

  /** Reports what nobody asked for. */
  done(): void {
    for (const [key, { line }] of this.#tree?.entries ?? []) {
      if (this.#known.has(key)) continue;
      const near = nearest(key, [...this.#known]);
      this.problem(line, `${this.#path(key)} is not a key we know; ${near === undefined
        ? `here there can be ${[...this.#known].join(', ')}` : `did you mean ${near}?`}`);
    }
  }

  #take(key: string): Tree | undefined {
    this.#known.add(key);
    return this.#tree?.entries.get(key);
  }

  #path(key: string): string {
    return this.#name === '' ? key : `${this.#name}.${key}`;
  }

  #fromEnvironment(key: string, variable: string): string | undefined {
    const value = this.#surroundings.environment[variable];
    if (value === undefined || value === '') this.problem(this.line(key), `${this.#path(key)}: the environment has no ${variable}`);
    return value || undefined;
  }

  #fromFile(key: string, file: string): string | undefined {
    try {
      const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      if (text === '') this.problem(this.line(key), `${this.#path(key)}: ${file} is empty`);
      return text || undefined;
    } catch (error) {
      this.problem(this.line(key), `${this.#path(key)}: ${file} cannot be read (${errorCode(error)})`);
      return undefined;
    }
  }
}

/** The system's word for what went wrong with a file, or the error's message. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}

/** The known word that a mistyped one is most like, if any is near. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, far: distance(word.toLowerCase(), candidate) }))
    .toSorted((one, other) => one.far - other.far);
  const best = ranked[0];
  return best !== undefined && best.far <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

/** Levenshtein's: how many letters to add, drop or change. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(one).entries()) {
    const next = [i + 1];
    for (const [j, opposite] of Array.from(other).entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === opposite ? 0 : 1)));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

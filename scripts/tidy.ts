/**
 * Keeps the house's laws, by reading the sources as text: floors, loops, sizes, headers, homes.
 *
 * `node scripts/tidy.ts` prints each breach as `file:line: what` and exits with 1; a test
 * runs the same. The floors are numbers in the packages' package.json. See docs/architecture.md.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Breach {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

interface Source {
  /** From the root of the repository, with `/`. */
  readonly file: string;
  readonly text: string;
  /** The same with comments and the insides of strings blanked, line for line. */
  readonly code: string;
  readonly isTest: boolean;
}

const FILE_LINES_MAX = 600;
const FUNCTION_LINES_MAX = 70;

/** Grew too big once, and may only shrink: the bound is what it is today. */
const LARGE_FILES: Readonly<Record<string, number>> = {};
const LARGE_FUNCTIONS: Readonly<Record<string, number>> = {};

/** Where a thing may be said, by path; tests and scripts are at home everywhere. */
const HOMES: readonly { readonly what: string; readonly pattern: RegExp; readonly home: RegExp }[] = [
  { what: 'wall time', pattern: /\bDate\.now\b|\bnew Date\(\)/, home: /^packages\/(world\/src\/(node|sim)|cli\/src)\// },
  { what: 'randomness', pattern: /\bMath\.random\b/, home: /^packages\/world\/src\/node\// },
  { what: 'a timer', pattern: /\bset(Timeout|Interval|Immediate)\b/, home: /^packages\/(world\/src\/(node|sim)|store\/src\/sqlite|trust\/src\/worker|cli\/src)\// },
  { what: 'the environment', pattern: /\bprocess\.env\b/, home: /^packages\/(cli\/src|server\/src\/config)\// },
  { what: 'the console', pattern: /\bconsole\./, home: /^packages\/cli\/src\// },
  { what: 'a system module', pattern: /['"]node:(net|tls|dns|dgram|http|https)(\/promises)?['"]/, home: /^packages\/(world\/src\/(node\/|tls\.ts)|smtpd\/src\/wire\/|cli\/src\/|server\/src\/)/ },
  { what: 'the file system', pattern: /['"]node:fs(\/promises)?['"]/, home: /^packages\/(world\/src\/node|store\/src\/sqlite|httpd\/src|web\/src|server\/src|cli\/src)\// },
  { what: 'a thread', pattern: /['"]node:worker_threads['"]/, home: /^packages\/(store\/src\/sqlite|trust\/src\/worker)\// },
  { what: 'SQL', pattern: /\.(prepare|exec)\(\s*['"`]|\b(INSERT INTO|SELECT [a-z*].* FROM|DELETE FROM|UPDATE [a-z_]+ SET)\b/, home: /^packages\/store\/src\/sqlite\// },
];

/** Pure floors: of `node:` only `node:buffer`. */
const PURE = /^packages\/(mail|imap)\/src\//;

const root = normalize(join(dirname(fileURLToPath(import.meta.url)), '..'));

/** All breaches of the house's laws under `folder`, by file and line. */
export function breaches(folder = root): readonly Breach[] {
  const sources = readSources(folder);
  return [
    ...floorBreaches(folder, sources),
    ...loops(sources),
    ...sources.flatMap((source) => [...sizes(source), ...header(source), ...homes(source), ...words(source)]),
  ];
}

function readSources(folder: string): readonly Source[] {
  return globSync(['packages/*/src/**/*.ts', 'scripts/**/*.ts'], { cwd: folder }).toSorted().map((path) => {
    const file = path.replaceAll('\\', '/');
    const text = readFileSync(join(folder, file), 'utf8');
    return { file, text, code: blank(text), isTest: isTest(file) };
  });
}

function isTest(file: string): boolean {
  return /\.(test|contract|witness)\.ts$|\/(testing|contract)\//.test(file) || file.startsWith('scripts/');
}

/** Blanks comments and what strings say, so that words in them are not taken for code. */
export function blank(text: string): string {
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|(?<=[=(,:?!&|]\s*|return\s+)\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;
  return text.replaceAll(token, (found) => found.replaceAll(/[^\n]/g, ' '));
}

/** Module specifiers of a source, with their line. */
function imports(source: Source): readonly { readonly specifier: string; readonly line: number }[] {
  const found = source.text.matchAll(/^(?:import|export)\b[^'"`;]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm);
  return Array.from(found, (match) => ({
    specifier: match[1] ?? match[2] ?? match[3] ?? '',
    line: lineAt(source.text, match.index),
  }));
}

/** An import runs down, never up or across. */
function floorBreaches(folder: string, sources: readonly Source[]): readonly Breach[] {
  const floors = new Map<string, number>();
  const folders = new Map<string, string>();
  for (const path of globSync('packages/*/package.json', { cwd: folder })) {
    const about: unknown = JSON.parse(readFileSync(join(folder, path), 'utf8'));
    if (typeof about === 'object' && about !== null && 'name' in about && 'floor' in about
      && typeof about.name === 'string' && typeof about.floor === 'number') {
      floors.set(about.name, about.floor);
      folders.set(dirname(path).replaceAll('\\', '/'), about.name);
    }
  }
  return sources.flatMap((source) => {
    const own = folders.get(source.file.split('/').slice(0, 2).join('/'));
    const floor = own === undefined ? undefined : floors.get(own);
    if (own === undefined || floor === undefined) return [];
    return imports(source).flatMap(({ specifier, line }) => {
      const name = /^(@posthorn\/[^/]+|posthorn)(\/|$)/.exec(specifier)?.[1];
      const other = name === undefined ? undefined : floors.get(name);
      if (name !== undefined && name !== own && (other === undefined || other >= floor)) {
        return [{ file: source.file, line, what: `floor ${floor} imports ${specifier} from floor ${other ?? 'unknown'}` }];
      }
      if (PURE.test(source.file) && !source.isTest && /^node:(?!buffer$)/.test(specifier)) {
        return [{ file: source.file, line, what: `a pure package imports ${specifier}` }];
      }
      return [];
    });
  });
}

/** Files of one package must not import one another in a circle (types included). */
function loops(sources: readonly Source[]): readonly Breach[] {
  const edges = new Map(sources.map((source) => [source.file, imports(source)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => normalize(join(dirname(source.file), specifier)).replaceAll('\\', '/'))]));
  const done = new Set<string>();
  const found: Breach[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) {
      found.push({ file, line: 1, what: `imports itself: ${[...trail.slice(trail.indexOf(file)), file].join(' -> ')}` });
      return;
    }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return found;
}

function sizes(source: Source): readonly Breach[] {
  const lines = source.text.split('\n');
  const found: Breach[] = [];
  const bound = LARGE_FILES[source.file] ?? FILE_LINES_MAX;
  if (lines.length - 1 > bound) found.push({ file: source.file, line: 1, what: `${lines.length - 1} lines, over ${bound}` });
  if (source.isTest) return found;
  const code = source.code.split('\n');
  for (const [index, line] of code.entries()) {
    const indent = opensFunction(line);
    if (indent === undefined) continue;
    const end = code.findIndex((later, at) => at > index && later.startsWith(`${indent}}`) && !/^\s*\}[^;)]*\{\s*$/.test(later));
    const length = end - index + 1;
    const name = (lines[index] ?? '').trim();
    if (length > (LARGE_FUNCTIONS[`${source.file} ${name}`] ?? FUNCTION_LINES_MAX)) {
      found.push({ file: source.file, line: index + 1, what: `a function of ${length} lines: ${name}` });
    }
  }
  return found;
}

/** The indentation of a line that begins a function or method of some length; undefined for others. */
function opensFunction(line: string): string | undefined {
  const named = /^(\s*)(?:export )?(?:async )?function\b.*[{(]\s*$/.exec(line)
    ?? /^(\s*)(?:export )?const \w+ = (?:async )?\(?.*(?:=> \{|\()\s*$/.exec(line)
    ?? /^(\s+)(?:static |override |async |get |set |\*)*#?\w+(?:<.*>)?\(.*[{(]\s*$/.exec(line);
  if (named === null || /^\s*(?:if|for|while|switch|return|await|throw|else|catch)\b/.test(line)) return undefined;
  if (!/[{]\s*$/.test(line) && /^\s*\S+\(\s*$/.test(line)) return undefined;
  return named[1];
}

function header(source: Source): readonly Breach[] {
  const text = source.text.replace(/^#!.*\n/, '');
  if (source.file.endsWith('.test.ts') || text.startsWith('/**')) return [];
  return [{ file: source.file, line: 1, what: 'has no header that says what it is for' }];
}

function homes(source: Source): readonly Breach[] {
  if (source.isTest) return [];
  return HOMES.filter(({ home }) => !home.test(source.file)).flatMap(({ what, pattern }) => {
    const isQuoted = pattern.source.includes('node:') || what === 'SQL';
    const lines = isQuoted ? withoutComments(source) : source.code.split('\n');
    return lines.flatMap((line, index) => (pattern.test(line)
      ? [{ file: source.file, line: index + 1, what: `${what} outside its home` }] : []));
  });
}

function withoutComments(source: Source): readonly string[] {
  return source.text.split('\n').map((line) => (/^\s*(\*|\/\*|\/\/)/.test(line) ? '' : line));
}

const WORDS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a promise instead of a deed', pattern: /\b(TODO|FIXME|XXX)\b/ },
  { what: 'a malformed RFC reference (write: RFC 5321 §4.1.2)', pattern: /\bRFC-?(?!822\b)\d|\brfc ?(?!822\b)\d{3,5}\b(?!['/;])|\bRFC \d+,? (?:[Ss]ection|sec\.)/ },
];

function words(source: Source): readonly Breach[] {
  if (source.file === 'scripts/tidy.ts' || source.file === 'scripts/tidy.test.ts') return [];
  return source.text.split('\n').flatMap((line, index) => WORDS
    .filter(({ pattern }) => pattern.test(line))
    .map(({ what }) => ({ file: source.file, line: index + 1, what })));
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

if (process.argv[1] !== undefined && relative(fileURLToPath(import.meta.url), process.argv[1]) === '') {
  const found = breaches();
  for (const { file, line, what } of found) console.log(`${file}:${line}: ${what}`);
  console.log(found.length === 0 ? 'The house is tidy.' : `${found.length} breaches.`);
  process.exitCode = found.length === 0 ? 0 : 1;
}

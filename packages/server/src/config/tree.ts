/**
 * A TOML file as a tree that knows its lines.
 *
 * `toml-eslint-parser` keeps positions, which no other TOML library for Node does.
 */
import { ParseError, parseTOML } from 'toml-eslint-parser';
import type { AST } from 'toml-eslint-parser';

export type Tree =
  | { readonly kind: 'table'; readonly line: number; readonly entries: Map<string, Tree> }
  | { readonly kind: 'list'; readonly line: number; readonly items: Tree[] }
  | { readonly kind: 'value'; readonly line: number; readonly value: unknown };

export type TableTree = Extract<Tree, { kind: 'table' }>;

/** The file's tree, or where its syntax breaks. */
export function readTree(text: string): TableTree | { readonly kind: 'broken'; readonly line: number; readonly what: string } {
  try {
    const root = newTable(1);
    for (const item of parseTOML(text, { tomlVersion: '1.0.0' }).body[0].body) {
      if (item.type === 'TOMLKeyValue') put(root, item);
      else fill(tableAt(root, item), item.body);
    }
    return root;
  } catch (error) {
    if (error instanceof ParseError) return { kind: 'broken', line: error.lineNumber, what: error.message };
    throw error;
  }
}

function newTable(line: number): TableTree {
  return { kind: 'table', line, entries: new Map() };
}

function fill(table: TableTree, pairs: readonly AST.TOMLKeyValue[]): void {
  for (const pair of pairs) put(table, pair);
}

function put(table: TableTree, pair: AST.TOMLKeyValue): void {
  const names = pair.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
  const last = names.pop();
  if (last === undefined) return;
  let at = table;
  for (const name of names) at = step(at, name, pair.loc.start.line);
  at.entries.set(last, treeOf(pair.value, pair.loc.start.line));
}

function treeOf(node: AST.TOMLContentNode, line: number): Tree {
  switch (node.type) {
    case 'TOMLValue':
      return { kind: 'value', line, value: node.value };
    case 'TOMLArray':
      return { kind: 'list', line, items: node.elements.map((element) => treeOf(element, element.loc.start.line)) };
    case 'TOMLInlineTable': {
      const table = newTable(line);
      fill(table, node.body);
      return table;
    }
  }
}

/** The table that a `[a.b]` or `[[a.b]]` heading opens. */
function tableAt(root: TableTree, heading: AST.TOMLTable): TableTree {
  let at = root;
  const line = heading.loc.start.line;
  const path = heading.resolvedKey.filter((name): name is string => typeof name === 'string');
  const last = path.pop() ?? '';
  for (const name of path) at = step(at, name, line);
  if (heading.kind === 'standard') {
    const there = at.entries.get(last);
    if (there?.kind === 'table') return there;
    const table = newTable(line);
    at.entries.set(last, table);
    return table;
  }
  const list = at.entries.get(last);
  const table = newTable(line);
  if (list?.kind === 'list') list.items.push(table);
  else at.entries.set(last, { kind: 'list', line, items: [table] });
  return table;
}

function step(table: TableTree, name: string, line: number): TableTree {
  const there = table.entries.get(name);
  if (there?.kind === 'table') return there;
  const newest = there?.kind === 'list' ? there.items.at(-1) : undefined;
  if (newest?.kind === 'table') return newest;
  const made = newTable(line);
  table.entries.set(name, made);
  return made;
}

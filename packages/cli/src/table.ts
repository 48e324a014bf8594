/**
 * A plain table for people: columns as wide as they need, nothing drawn.
 */

/** Rows under a heading; a last column is not padded. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  return [heading, ...rows]
    .map((row) => `${row.map((cell, column) => (column === heading.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ').trimEnd()}\n`)
    .join('');
}

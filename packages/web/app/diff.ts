/**
 * What differs between two texts, line by line.
 *
 * The longest common subsequence, where its table is small enough; else only what the two have
 * in common at their beginning and end.
 */

export interface DiffLine {
  readonly side: 'one' | 'two' | 'both';
  readonly text: string;
}

const TABLE_CELLS_MAX = 4_000_000;

export function differences(one: readonly string[], two: readonly string[]): readonly DiffLine[] {
  let start = 0;
  while (start < one.length && start < two.length && one[start] === two[start]) start += 1;
  let end = 0;
  while (end < one.length - start && end < two.length - start && one[one.length - 1 - end] === two[two.length - 1 - end]) end += 1;
  const middle = [one.slice(start, one.length - end), two.slice(start, two.length - end)] as const;
  const both = (lines: readonly string[]): readonly DiffLine[] => lines.map((text) => ({ side: 'both', text }));
  return [...both(one.slice(0, start)), ...between(...middle), ...both(one.slice(one.length - end))];
}

function between(one: readonly string[], two: readonly string[]): readonly DiffLine[] {
  if (one.length * two.length > TABLE_CELLS_MAX) return [...sided(one, 'one'), ...sided(two, 'two')];
  const width = two.length + 1;
  const common = new Uint32Array((one.length + 1) * width);
  for (let row = one.length - 1; row >= 0; row -= 1) {
    for (let column = two.length - 1; column >= 0; column -= 1) {
      common[row * width + column] = one[row] === two[column]
        ? (common[(row + 1) * width + column + 1] ?? 0) + 1
        : Math.max(common[(row + 1) * width + column] ?? 0, common[row * width + column + 1] ?? 0);
    }
  }
  const lines: DiffLine[] = [];
  let row = 0;
  let column = 0;
  while (row < one.length && column < two.length) {
    if (one[row] === two[column]) {
      lines.push({ side: 'both', text: one[row] ?? '' });
      row += 1;
      column += 1;
    } else if ((common[(row + 1) * width + column] ?? 0) >= (common[row * width + column + 1] ?? 0)) lines.push({ side: 'one', text: one[row++] ?? '' });
    else lines.push({ side: 'two', text: two[column++] ?? '' });
  }
  return [...lines, ...sided(one.slice(row), 'one'), ...sided(two.slice(column), 'two')];
}

function sided(lines: readonly string[], side: 'one' | 'two'): readonly DiffLine[] {
  return lines.map((text) => ({ side, text }));
}

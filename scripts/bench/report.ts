/**
 * Writes what was measured into `docs/performance.md`: each section between its two marks, and a plot.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACTS, type GrowthResult } from './growth.ts';
import type { BytesResult } from './bytes.ts';
import type { MemoryResult } from './memory.ts';

const DOCS = join(dirname(fileURLToPath(import.meta.url)), '../../docs');

/** When and on what. */
function measuredOn(): string {
  return `Measured ${new Date().toISOString().slice(0, 10)} on ${cpus().length} cores, Node ${process.versions.node}.`;
}

function writeSection(name: string, lines: readonly string[]): void {
  const file = join(DOCS, 'performance.md');
  const text = readFileSync(file, 'utf8');
  const [open, close] = [`<!-- ${name}: written by pnpm bench -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start === -1 || end === -1) throw new Error(`docs/performance.md has no section ${name}`);
  writeFileSync(file, `${text.slice(0, start)}${open}\n${lines.join('\n')}\n${text.slice(end)}`);
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 });
}

export function growthTable(results: readonly GrowthResult[]): readonly string[] {
  const [smallest] = results;
  return [
    `| median, ms | ${results.map(({ letters }) => `${number(letters)} letters`).join(' | ')} | ratio |`,
    `|---|${results.map(() => '---:').join('|')}|---:|`,
    ...ACTS.map((act) => {
      const ratio = (results.at(-1)?.ms[act] ?? Number.NaN) / (smallest?.ms[act] ?? Number.NaN);
      return `| ${act} | ${results.map(({ ms }) => number(ms[act])).join(' | ')} | ${ratio.toFixed(2)} |`;
    }),
  ];
}

export function reportGrowth(results: readonly GrowthResult[]): void {
  writeFileSync(join(DOCS, 'growth.svg'), growthPlot(results));
  writeSection('growth', [measuredOn(), '', ...growthTable(results), '', '![Time of each act by the size of the mailbox](growth.svg)']);
}

export function bytesTable({ letters, octets, parts }: BytesResult): readonly string[] {
  const total = parts.reduce((sum, part) => sum + part.octets, 0);
  return [
    `${number(letters)} letters of ${number(octets)} octets.`, '',
    '| | octets on disk for each octet of mail |', '|---|---:|',
    ...parts.map((part) => `| ${part.name} | ${(part.octets / octets).toFixed(3)} |`),
    `| **in all** | **${(total / octets).toFixed(3)}** |`,
  ];
}

export function reportBytes(result: BytesResult): void {
  writeSection('bytes', [measuredOn(), '', ...bytesTable(result)]);
}

export function memoryTable({ letters, octets, idleOctets, peakOctets, seconds }: MemoryResult): readonly string[] {
  return [
    `${letters} letters of ${number(octets / 1e6)} MB received at once, in ${seconds.toFixed(1)} s:`
    + ` ${number((peakOctets - idleOctets) / 2 ** 20)} MiB above the ${number(idleOctets / 2 ** 20)} MiB of the idle process.`,
  ];
}

export function reportMemory(result: MemoryResult): void {
  writeSection('memory', [measuredOn(), '', ...memoryTable(result)]);
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 360, 60, 190, 20, 40];
const COLOURS = ['#0b6e99', '#b3541e', '#3f7d20', '#6b3fa0'];

/** Both axes by powers of ten. */
function growthPlot(results: readonly GrowthResult[]): string {
  const letters = results.map((result) => Math.log10(result.letters));
  const [from, to] = [Math.min(...letters), Math.max(...letters)];
  const times = results.flatMap(({ ms }) => ACTS.map((act) => Math.log10(ms[act])));
  const [low, high] = [Math.floor(Math.min(...times)), Math.ceil(Math.max(...times))];
  const x = (value: number): number => LEFT + (Math.log10(value) - from) / Math.max(1e-9, to - from) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - (Math.log10(value) - low) / Math.max(1, high - low) * (HEIGHT - TOP - BOTTOM);
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">
<title>Time of each act by the size of the mailbox</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${ticks.map((tick) => `<path d="M${LEFT} ${y(tick)}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 8}" y="${y(tick) + 4}" text-anchor="end" fill="#333">${tick} ms</text>`).join('\n')}
${results.map((result) => `<text x="${x(result.letters)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#333">${number(result.letters)}</text>`).join('\n')}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 4}" text-anchor="middle" fill="#333">letters in the mailbox</text>
${ACTS.map((act, index) => {
    const points = results.map(({ letters: count, ms }) => `${x(count).toFixed(1)},${y(ms[act]).toFixed(1)}`);
    const last = results.at(-1)?.ms[act] ?? 1;
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS[index] ?? '#000'}" stroke-width="2"/>
${points.map((point) => `<circle cx="${point.split(',')[0] ?? ''}" cy="${point.split(',')[1] ?? ''}" r="3" fill="${COLOURS[index] ?? '#000'}"/>`).join('')}
<text x="${WIDTH - RIGHT + 10}" y="${(y(last) + 4).toFixed(1)}" fill="${COLOURS[index] ?? '#000'}">${act}</text>`;
  }).join('\n')}
</svg>
`;
}

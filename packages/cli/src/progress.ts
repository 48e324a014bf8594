/**
 * How far a long job is: a bar with rate and time left for a person at a terminal, JSON lines for scripts.
 *
 * The bar comes after two seconds: what is over by then needs none.
 */
import type { Call } from './command.ts';

export interface Step {
  readonly task: string;
  readonly done: number;
  /** Absent where it cannot be known. */
  readonly total?: number;
  readonly unit: string;
}

const FIRST_MS = 2000;
const REDRAW_MS = 100;
const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\u001b[K';

export class ProgressTeller {
  readonly #call: Call;
  readonly #now: () => number;
  readonly #begun: number;
  #task = '';
  #taskBegun = 0;
  #drawn = 0;
  #isShown = false;

  /** `now` in milliseconds, from any point. */
  constructor(call: Call, now: () => number = () => performance.now()) {
    this.#call = call;
    this.#now = now;
    this.#begun = now();
  }

  tell(step: Step): void {
    const { io } = this.#call;
    if (this.#call.isSet('json')) {
      io.stdout.write(`${JSON.stringify({ event: 'progress', ...step })}\n`);
      return;
    }
    const now = this.#now();
    if (step.task !== this.#task) {
      this.#task = step.task;
      this.#taskBegun = now;
    }
    if (io.stderr.isTTY !== true || now - this.#begun < FIRST_MS || now - this.#drawn < REDRAW_MS) return;
    this.#drawn = now;
    this.#isShown = true;
    io.stderr.write(`${CLEAR_LINE}${barOf(step, now - this.#taskBegun)}`);
  }

  /** Takes the bar away again. */
  end(): void {
    if (this.#isShown) this.#call.io.stderr.write(CLEAR_LINE);
    this.#isShown = false;
  }
}

/** `copying letters  [#####     ]  41 %  12.4 MB/s  3 min left`. */
export function barOf({ task, done, total, unit }: Step, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? done / (elapsedMs / 1000) : 0;
  const speed = `${amount(rate, unit)}/s`;
  if (total === undefined || total === 0) return `${task}  ${amount(done, unit)}  ${speed}`;
  const part = Math.min(1, done / total);
  const bar = '#'.repeat(Math.round(part * BAR_WIDTH)).padEnd(BAR_WIDTH, ' ');
  const left = rate > 0 ? `  ${timeOf((total - done) / rate)} left` : '';
  return `${task}  [${bar}] ${Math.floor(part * 100)} %  ${speed}${left}`;
}

export function amount(count: number, unit: string): string {
  if (unit !== 'octets') return `${count < 10 && !Number.isInteger(count) ? count.toFixed(1) : Math.round(count).toLocaleString('en')} ${unit}`;
  const units = ['octets', 'kB', 'MB', 'GB', 'TB'];
  let size = count;
  let at = 0;
  while (size >= 1000 && at < units.length - 1) {
    size /= 1000;
    at += 1;
  }
  return `${at === 0 ? Math.round(size) : size.toFixed(1)} ${units[at]}`;
}

export function timeOf(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

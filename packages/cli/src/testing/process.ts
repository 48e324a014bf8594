/**
 * `posthorn` as a process of its own, and someone who types at its ports.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
/** Any free ones. */
export const FREE_PORTS = ['--smtp-port', '0', '--imap-port', '0', '--http-port', '0'] as const;

type Facts = Readonly<Record<string, unknown>>;

/** How a process ended that was not meant to stay. */
export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `posthorn` in a folder to its end. */
export async function ends(words: readonly string[], folder: string): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status: child.exitCode, out, err };
}

/** One that serves; killed when the scope ends, if it still runs. */
export class Serving implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: Facts[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #closed: Promise<unknown>;
  #isOver = false;
  #said = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#closed = once(child, 'close').then(() => {
      this.#isOver = true;
      this.#wake();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => this.#take(line));
  }

  /** Resolves when it is ready. `--json` is added. */
  static async start(words: readonly string[], folder: string): Promise<Serving> {
    const serving = new Serving(spawn(process.execPath, [MAIN, ...words, '--json'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }));
    await serving.line('ready');
    return serving;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The first line of that event, when it comes; of those after `skip` others. Throws if the process ends before. */
  async line(event: string, skip = 0): Promise<Facts> {
    for (;;) {
      const found = this.#lines.filter((facts) => facts['event'] === event)[skip];
      if (found !== undefined) return found;
      if (this.#isOver) throw new Error(`posthorn ended with ${this.#child.exitCode} and never said “${event}”:\n${this.#said}`);
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  /** The port in the ready line: of a listener by its protocol in `serve`, of a member in `dev`. */
  async port(name: string): Promise<number> {
    const ready = await this.line('ready');
    const listeners: readonly unknown[] = Array.isArray(ready['listeners']) ? ready['listeners'] : [];
    const listener = ready[name] ?? listeners.find((one) => typeof one === 'object' && one !== null && 'protocol' in one && one.protocol === name);
    if (typeof listener === 'object' && listener !== null && 'port' in listener && typeof listener.port === 'number') return listener.port;
    throw new Error(`the ready line has no port of ${name}: ${JSON.stringify(ready)}`);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Sends a signal and gives the exit status; null when the signal killed it. */
  async endBy(name: NodeJS.Signals): Promise<number | null> {
    this.signal(name);
    await this.#closed;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) await this.endBy('SIGKILL');
  }

  #take(line: string): void {
    this.#said += `${line}\n`;
    const facts: Facts = JSON.parse(line);
    this.#lines.push(facts);
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** The end of an SMTP reply, an IMAP greeting or a tagged IMAP answer. */
const REPLY = /(?:^|\n)(?:\d{3} |[a-z] (?:OK|NO|BAD) |\* OK )[^\n]*\n$/;

/** Types lines at a port of this machine, each after the answer to the one before; gives all that was said. */
export async function talk(port: number, lines: readonly string[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.setEncoding('latin1');
  const rest = [...lines];
  let said = '';
  let answer = '';
  socket.on('data', (chunk: string) => {
    said += chunk;
    answer += chunk;
    if (!REPLY.test(answer)) return;
    answer = '';
    const line = rest.shift();
    if (line === undefined) socket.destroy();
    else socket.write(`${line}\r\n`, 'latin1');
  });
  await once(socket, 'close');
  return said;
}

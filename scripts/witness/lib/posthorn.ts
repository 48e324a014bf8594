/**
 * Posthorn as a user starts it: a process of its own, spoken to over its ports.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { run } from '../../../packages/cli/src/run.ts';

const MAIN = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url));

interface Address {
  readonly host: string;
  readonly port: number;
}

/** A folder of its own that goes when the scope ends. */
export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'posthorn-witness-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A running `posthorn`, and its ready line. */
class Running implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly ready: Readonly<Record<string, unknown>>;

  constructor(child: ChildProcess, ready: Readonly<Record<string, unknown>>) {
    this.#child = child;
    this.ready = ready;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it as an operator would; gives its exit status. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Starts `posthorn` with these words and waits for its ready line. Throws with what it said if it ends before. */
export async function start(words: readonly string[], options: { readonly cwd?: string; readonly main?: string } = {}): Promise<Running> {
  const child = spawn(process.execPath, [options.main ?? MAIN, ...words, '--json'], { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    lines.on('line', (line) => {
      const facts: Readonly<Record<string, unknown>> = JSON.parse(line);
      if (facts['event'] === 'ready') resolve(facts);
      else said += `${line}\n`;
    });
    child.once('exit', (code) => reject(new Error(`posthorn ${words.join(' ')} ended with ${code}:\n${said}`)));
  });
  const facts = await ready;
  // From now on nobody looks: a reader of every log line would take its time from what is measured.
  lines.close();
  child.stdout.removeAllListeners('data').resume();
  return new Running(child, facts);
}

/** `posthorn dev` in memory on free ports. */
export async function startDev(words: readonly string[] = ['--memory']): Promise<AsyncDisposable & { readonly smtp: Address; readonly imap: Address; readonly http: Address; readonly running: Running }> {
  const running = await start(['dev', '--smtp-port', '0', '--imap-port', '0', '--http-port', '0', ...words]);
  return {
    running,
    smtp: addressOf(running.ready['smtp']),
    imap: addressOf(running.ready['imap']),
    http: addressOf(running.ready['http']),
    [Symbol.asyncDispose]: () => running.stop().then(() => {}),
  };
}

function addressOf(value: unknown): Address {
  if (typeof value === 'object' && value !== null && 'host' in value && 'port' in value
    && typeof value.host === 'string' && typeof value.port === 'number') return { host: value.host, port: value.port };
  throw new Error(`the ready line has no address here: ${JSON.stringify(value)}`);
}

/** Types a command in this process, which spares the start of another; it speaks to the host over its control socket all the same. */
async function type(words: readonly string[], input: string | Buffer): Promise<string> {
  let out = '';
  let err = '';
  const status = await run(words, {
    stdin: Readable.from([Buffer.from(input)]),
    stdout: { write: (text) => { out += text; } },
    stderr: { write: (text) => { err += text; } },
    env: {},
    cwd: () => process.cwd(),
  });
  if (status !== 0) throw new Error(`posthorn ${words.join(' ')} ended with ${status}: ${err}`);
  return out;
}

export interface ServedHost extends AsyncDisposable {
  readonly running: Running;
  readonly config: string;
  /** Where a listener of that protocol is, by its place among those of the same protocol. */
  at(protocol: string, index?: number): Address;
  /** Types another command at it; what it printed. */
  posthorn(words: readonly string[], input?: string | Buffer): Promise<string>;
}

/** `posthorn serve` with this configuration (a `data` folder is added), and these accounts. */
export async function startServe(folder: string, toml: string, accounts: Readonly<Record<string, string>> = {}): Promise<ServedHost> {
  const config = join(folder, 'posthorn.toml');
  await writeFile(config, toml);
  const running = await start(['serve', '--config', config]);
  const posthorn = (words: readonly string[], input: string | Buffer = ''): Promise<string> => type([...words, '--config', config], input);
  try {
    for (const [address, password] of Object.entries(accounts)) {
      await posthorn(['account', 'add', address, '--password-stdin'], `${password}\n`);
    }
  } catch (error) {
    await running.stop();
    throw error;
  }
  const listeners = running.ready['listeners'];
  return {
    running,
    config,
    posthorn,
    at: (protocol, index = 0) => addressOf(Array.isArray(listeners)
      ? listeners.filter((listener: { protocol?: unknown }) => listener.protocol === protocol)[index] : undefined),
    [Symbol.asyncDispose]: () => running.stop().then(() => {}),
  };
}

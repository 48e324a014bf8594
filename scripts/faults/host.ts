/**
 * `posthorn serve` as a process to be hurt: started, watched, killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { person } from '../../packages/store/src/contract/letters.ts';
import { openInline } from '../../packages/store/src/sqlite/testing/inline-store.ts';
import { SimClock } from '../../packages/world/src/sim/clock.ts';
import type { Address } from './smtp-client.ts';

const MAIN = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));
const WEAKEN = fileURLToPath(new URL('../../packages/store/src/sqlite/testing/weakened/weaken.ts', import.meta.url));

export interface HostConfig {
  readonly folder: string;
  /** Where what goes on is sent. */
  readonly smarthostPort: number;
  readonly collapsesRetries?: boolean;
  readonly accounts: readonly string[];
}

/** Writes the configuration and makes the accounts; answers the configuration's file. */
export async function prepareHost({ folder, smarthostPort, collapsesRetries = true, accounts }: HostConfig): Promise<string> {
  const file = join(folder, 'posthorn.toml');
  const listener = (protocol: string): string => `[[listener]]\nprotocol = "${protocol}"\naddress = "127.0.0.1:0"\n`;
  writeFileSync(file, `hostname = "mx.elm.test"\ndata = "data"\n[[domain]]\nname = "elm.test"\n${['submission', 'lmtp', 'imap', 'http'].map(listener).join('')}
[submission]\ntrusted = ["127.0.0.0/8"]\n[receiving]\nretry_collapse = ${collapsesRetries}\n[relay]\nsmarthost = "smtp://127.0.0.1:${smarthostPort}"\n[dns]\nservers = ["127.0.0.1:9"]\n`);
  mkdirSync(dataOf(folder), { recursive: true });
  const { store } = openInline(dataOf(folder), new SimClock());
  for (const address of accounts) await person(store, address);
  await store.close();
  return file;
}

export function dataOf(folder: string): string {
  return join(folder, 'data');
}

export interface HostOptions {
  readonly weakened?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Words in front of the command: a shell that limits it, for example. */
  readonly around?: readonly string[];
}

/** A line of its log. */
type LogLine = Readonly<Record<string, unknown>>;

export class FaultyHost {
  readonly log: LogLine[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #ready = Promise.withResolvers<LogLine>();
  #said = '';

  constructor(config: string, { weakened, env = {}, around = [] }: HostOptions = {}) {
    const [program, ...words] = [...around, process.execPath, MAIN, 'serve', '--config', config, '--json'];
    this.#child = spawn(program ?? process.execPath, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env, ...(weakened === undefined ? {} : { POSTHORN_WEAKENED: weakened, NODE_OPTIONS: `--import ${WEAKEN}` }) },
    });
    this.#exited = once(this.#child, 'close');
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
    if (this.#child.stdout !== null) createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line));
    this.#ready.promise.catch(() => {});
    void this.#exited.then(() => this.#ready.reject(new Error(`the server ended before it was ready:\n${this.#said}${this.log.map((line) => JSON.stringify(line)).join('\n')}`)));
  }

  #hear(text: string): void {
    const line: LogLine = JSON.parse(text);
    if (line['event'] === 'ready') this.#ready.resolve(line);
    else this.log.push(line);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Where a listener of that protocol is. Throws if it ended before it could serve. */
  async at(protocol: string): Promise<Address> {
    const { listeners } = await this.#ready.promise;
    const found: unknown = Array.isArray(listeners) ? listeners.find((listener: { readonly protocol?: unknown }) => listener.protocol === protocol) : undefined;
    return found as Address;
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Ends it as an operator would; its exit status. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    await this.#exited;
    return this.#child.exitCode;
  }

  /** How many recipients it found whose attempt had been cut off. */
  get interrupted(): number {
    return this.log.reduce((sum, line) => sum + (String(line['event']).startsWith('attempts were cut off') ? Number(line['recipients']) : 0), 0);
  }
}

/**
 * Someone who types commands in a folder of their own: `run` in this process, with what it said.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { run } from '../run.ts';

/** A host whose listeners take any free port, and whose outgoing mail waits: nobody listens at its smarthost. */
export const ELM = `hostname = "mx.elm.test"
data = "data"
[[domain]]
name = "elm.test"
[[listener]]
protocol = "smtp"
address = "127.0.0.1:0"
[[listener]]
protocol = "submission"
address = "127.0.0.1:0"
[relay]
smarthost = "smtp://127.0.0.1:1"
`;

export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export class Keyboard implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'posthorn-cli-'));

  /** With this configuration in the folder; without, there is none. */
  constructor(toml?: string) {
    if (toml !== undefined) this.configure(toml);
  }

  configure(toml: string): void {
    writeFileSync(join(this.folder, 'posthorn.toml'), toml);
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  /** Runs a command, its words as typed or one by one, with this on standard input. */
  async types(words: string | readonly string[], input = ''): Promise<Said> {
    const said = { out: '', err: '' };
    const status = await run(typeof words === 'string' ? words.split(' ') : words, {
      stdin: Readable.from([Buffer.from(input)]),
      stdout: { write: (text) => { said.out += text; } },
      stderr: { write: (text) => { said.err += text; } },
      env: {},
      cwd: () => this.folder,
    });
    return { status, ...said };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * Runs foreign programs. One that is missing is a failure, never a skip.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Run {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a program to its end. Throws if it is not installed; its exit status is the caller's. */
export async function tryRun(program: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = spawn(program, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: 'pipe' });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {});
  const missing = new Promise<never>((_, reject) => {
    child.once('error', (cause) => reject(new Error(`${program} cannot be run; .ci/run installs it`, { cause })));
  });
  child.stdin.end(options.input ?? '');
  const [code, signal] = await Promise.race([once(child, 'close'), missing]);
  return {
    status: typeof code === 'number' ? code : 128 + (signal === null ? 0 : 1),
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString(),
  };
}

/** Runs a program that must succeed; gives what it printed. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Buffer> {
  const { status, stdout, stderr } = await tryRun(program, args, options);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stderr}\n${stdout.toString()}`);
  return stdout;
}

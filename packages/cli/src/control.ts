/**
 * How a command speaks to its server: `/rest/v1` over the control socket.
 *
 * With no server running, the same API is opened over the store in this process; the store's
 * lock keeps the two apart.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@posthorn/server/config/config.ts';
import { Failure } from './command.ts';
import { toldFault } from './told-fault.ts';

export interface Question {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query. */
  readonly path: string;
  /** A value goes as JSON, octets as message/rfc822. */
  readonly body?: object | Buffer;
}

interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

export interface Control {
  /** Whether a server answers, rather than this process. */
  readonly isRunning: boolean;
  /** The answer's JSON. Throws `Failure` with the server's own sentence when it refuses. */
  ask(question: Question): Promise<unknown>;
}

/** Lets `use` speak to the server of this configuration. */
export async function withControl<T>(config: Config, use: (control: Control) => Promise<T>): Promise<T> {
  const socketPath = join(config.data, 'control.sock');
  const overSocket = (question: Question): Promise<RawAnswer> => askSocket(socketPath, question);
  if (await isAnswering(overSocket)) {
    return use(controlOver((question) => overSocket(question).catch((error: unknown) => {
      throw new Failure(`the server hung up before it answered (${codeOf(error)})`, { cause: error });
    }), true));
  }
  const { openBooks } = await import('@posthorn/server/books.ts');
  const books = await openBooks(config).catch((error: unknown) => {
    throw toldFault(error);
  });
  try {
    return await use(controlOver(async ({ method, path, body }) => {
      const { statusCode, body: text } = await books.api.inject({
        method, url: path, ...(body === undefined ? {} : { payload: Buffer.isBuffer(body) ? body : JSON.stringify(body), headers: { 'content-type': typeOf(body) } }),
      });
      return { status: statusCode, text };
    }, false));
  } finally {
    await books.close();
  }
}

/** The socket of the server of this configuration; undefined if none is running. */
export async function runningSocket(config: Config): Promise<string | undefined> {
  const socketPath = join(config.data, 'control.sock');
  return await isAnswering((question) => askSocket(socketPath, question)) ? socketPath : undefined;
}

/** Lets `use` speak to the server over a socket; with none running, to the same API in this process, on a socket of its own. */
export async function withSocket<T>(config: Config, use: (socketPath: string) => Promise<T>): Promise<T> {
  const running = await runningSocket(config);
  if (running !== undefined) return use(running);
  const { openBooks } = await import('@posthorn/server/books.ts');
  const books = await openBooks(config).catch((error: unknown) => {
    throw toldFault(error);
  });
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-'));
  try {
    await books.listen(join(folder, 'control.sock'));
    return await use(join(folder, 'control.sock'));
  } finally {
    await books.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function controlOver(ask: (question: Question) => Promise<RawAnswer>, isRunning: boolean): Control {
  return {
    isRunning,
    async ask(question) {
      const { status, text } = await ask(question);
      const value: unknown = text === '' ? undefined : JSON.parse(text);
      if (status >= 400) throw new Failure(sentence(value) ?? `the server answered ${status}`);
      return value;
    },
  };
}

/** RFC 9457 §3.1: a problem says what is wrong in `detail`; ours may bring a list. */
export function sentence(problem: unknown): string | undefined {
  if (typeof problem !== 'object' || problem === null || !('detail' in problem)) return undefined;
  const more = 'problems' in problem && Array.isArray(problem.problems) ? problem.problems.map((one) => `\n  ${String(one)}`).join('') : '';
  return `${String(problem.detail)}${more}`;
}

function typeOf(body: object | Buffer): string {
  return Buffer.isBuffer(body) ? 'message/rfc822' : 'application/json';
}

/** A socket file without anybody behind it was left by a server that is gone. */
async function isAnswering(ask: (question: Question) => Promise<RawAnswer>): Promise<boolean> {
  try {
    await ask({ method: 'GET', path: '/healthz' });
    return true;
  } catch (error) {
    const code = codeOf(error);
    // EINVAL: the path is too long for a socket, so nobody listens on it.
    if (['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'EINVAL'].includes(code)) return false;
    if (code === 'EACCES') throw new Failure('the control socket belongs to another user; run this as the user who runs the server', { cause: error });
    throw new Failure(`the control socket does not answer (${code})`, { cause: error });
  }
}

/** The system's word, or what was said instead. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function askSocket(socketPath: string, { method, path, body }: Question): Promise<RawAnswer> {
  const octets = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const headers = body === undefined || octets === undefined ? {} : { 'content-type': typeOf(body), 'content-length': octets.length };
    const outgoing = request({ socketPath, method, path, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 500, text: Buffer.concat(chunks).toString() }));
    });
    outgoing.on('error', reject);
    outgoing.end(octets);
  });
}

/**
 * Reads what is piped into a command.
 */
import type { Io } from './command.ts';
import { Failure } from './command.ts';

const PASSWORD_OCTETS_MAX = 4096;

/** All of standard input. */
export async function readAll(io: Io): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

/** A password: the first line of standard input, without its line end. Throws `Failure` if there is none. */
export async function readPassword(io: Io): Promise<string> {
  const all = await readAll(io);
  const line = all.subarray(0, PASSWORD_OCTETS_MAX).toString('utf8').split('\n')[0]?.replace(/\r$/, '') ?? '';
  if (line === '') throw new Failure('no password came on standard input');
  return line;
}

/**
 * How much memory large letters take while they are received: 100 of 50 MB at once.
 *
 * The whole server runs as a user starts it; as many connections send, each as fast as it is
 * read. The process's own memory is looked at all the while (RssAnon: without mapped files).
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { startDev, temporaryFolder } from '../witness/lib/posthorn.ts';

export const LETTERS = 100;
export const LETTER_MB = 50;
const CHUNK_OCTETS = 64 * 1024;
const SAMPLE_MS = 50;

export interface MemoryResult {
  readonly letters: number;
  readonly octets: number;
  readonly idleOctets: number;
  readonly peakOctets: number;
  readonly seconds: number;
}

function residentOctets(pid: number): number {
  const found = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (found === null) throw new Error('the system does not tell how large a process is');
  return Number(found[1]) * 1024;
}

async function reply(lines: NodeJS.AsyncIterator<string>, code: string): Promise<void> {
  for (;;) {
    const { value: line, done } = await lines.next();
    if (done === true || !line.startsWith(code)) throw new Error(`expected ${code}, got ${line ?? 'nothing'}`);
    if (line[3] === ' ') return;
  }
}

/** One letter over one connection. */
async function send({ host, port }: { readonly host: string; readonly port: number }, octets: number): Promise<void> {
  const socket: Socket = connect({ host, port });
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const say = async (line: string, code: string): Promise<void> => {
    const answered = reply(lines, code);
    socket.write(`${line}\r\n`);
    await answered;
  };
  await reply(lines, '220');
  await say('EHLO ash.test', '250');
  await say('MAIL FROM:<ann@ash.test>', '250');
  await say('RCPT TO:<eve@elm.test>', '250');
  await say('DATA', '354');
  socket.write('From: ann@ash.test\r\nSubject: large\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n');
  // Octets that do not compress, line by line.
  const chunk = Buffer.from(randomBytes(57 * Math.floor(CHUNK_OCTETS / 78)).toString('base64').replaceAll(/.{76}/g, '$&\r\n'));
  for (let sent = 0; sent < octets; sent += chunk.length) {
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
  await say('.', '250');
  await say('QUIT', '221');
  socket.destroy();
}

export async function measureMemory({ letters, octets }: { readonly letters: number; readonly octets: number }): Promise<MemoryResult> {
  await using folder = await temporaryFolder();
  await using dev = await startDev(['--data', folder.path]);
  const { pid } = dev.running;
  // Whatever is loaded when the first letter comes is part of being idle.
  await send(dev.smtp, 1000);
  const idleOctets = residentOctets(pid);
  let peakOctets = idleOctets;
  const sampling = setInterval(() => {
    peakOctets = Math.max(peakOctets, residentOctets(pid));
  }, SAMPLE_MS);
  const begun = performance.now();
  try {
    await Promise.all(Array.from({ length: letters }, () => send(dev.smtp, octets)));
  } finally {
    clearInterval(sampling);
  }
  return { letters, octets, idleOctets, peakOctets, seconds: (performance.now() - begun) / 1000 };
}

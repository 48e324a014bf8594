/**
 * A long job at the server, over the control socket: its events as they come, and its result.
 */
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Failure } from './command.ts';
import { codeOf, sentence } from './control.ts';

export type JobEvent = Readonly<Record<string, unknown>> & { readonly event: string };

export interface Job {
  readonly path: string;
  /** A value goes as JSON; a stream as it is, under its type. */
  readonly body?: object | { readonly type: string; readonly stream: Readable };
}

/** Events up to the last one, which is `done`. Throws `Failure` with the server's own sentence when it refuses or fails. */
export async function* jobEvents(socketPath: string, job: Job): AsyncGenerator<JobEvent, void> {
  const incoming = await send(socketPath, job);
  if (incoming.statusCode !== 200) throw new Failure(sentence(await jsonOf(incoming)) ?? `the server answered ${incoming.statusCode}`);
  let isDone = false;
  for await (const line of createInterface({ input: incoming, crlfDelay: Number.POSITIVE_INFINITY })) {
    const event: JobEvent = JSON.parse(line);
    if (event.event === 'failed') throw new Failure(String(event['detail']));
    isDone ||= event.event === 'done';
    yield event;
  }
  if (!isDone) throw new Failure('the server hung up before it was done');
}

/** Runs a job whose only events are its progress; gives its result, whose shape our own server knows. */
export async function runJob<T extends object>(socketPath: string, job: Job, tell: (event: JobEvent) => void): Promise<T> {
  for await (const event of jobEvents(socketPath, job)) {
    if (event.event !== 'done') {
      tell(event);
      continue;
    }
    const result: T = JSON.parse(JSON.stringify(event));
    return result;
  }
  throw new Failure('the server hung up before it was done');
}

function send(socketPath: string, { path, body }: Job): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const isStream = body !== undefined && 'stream' in body;
    const headers = body === undefined ? {} : { 'content-type': isStream ? body.type : 'application/json' };
    const outgoing = request({ socketPath, method: 'POST', path, headers }, resolve);
    outgoing.on('error', (cause) => reject(new Failure(`the server hung up before it was done (${codeOf(cause)})`, { cause })));
    if (!isStream) {
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
      return;
    }
    body.stream.on('error', (error) => {
      reject(error);
      outgoing.destroy(error);
    });
    body.stream.pipe(outgoing);
  });
}

async function jsonOf(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

/**
 * Where a judge's worker begins: examines letters, several at once, and asks DNS through
 * the main thread.
 */
import { parentPort } from 'node:worker_threads';
import type { LookupAnswer } from '../dns-lookup.ts';
import { examine } from '../examine.ts';
import type { FromWorker, ToWorker } from './messages.ts';

interface Letter {
  readonly pieces: Buffer[];
  isEnded: boolean;
  isAborted: boolean;
  wake: () => void;
}

if (parentPort === null) throw new Error('a judge\'s worker runs in a thread of its own');
const port = parentPort;
const letters = new Map<number, Letter>();
const questions = new Map<number, (answer: LookupAnswer) => void>();
let lastQuestion = 0;

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'judge':
      begin(message);
      return;
    case 'answer':
      questions.get(message.question)?.(message.answer);
      questions.delete(message.question);
      return;
    default: {
      const letter = letters.get(message.id);
      if (letter === undefined) return;
      if (message.kind === 'chunk') letter.pieces.push(Buffer.from(message.octets.buffer));
      else letter.isEnded = true;
      letter.isAborted ||= message.kind === 'abort';
      letter.wake();
    }
  }
});

function begin({ id, now, request }: Extract<ToWorker, { kind: 'judge' }>): void {
  const letter: Letter = { pieces: [], isEnded: false, isAborted: false, wake: () => {} };
  letters.set(id, letter);
  examine({ ...request, now, lookup: (name, type) => ask(id, name, type), content: read(id, letter) }).then(
    (findings) => say({ kind: 'found', id, findings }),
    (cause: unknown) => say({ kind: 'failed', id, message: cause instanceof Error ? cause.stack ?? cause.message : String(cause) }),
  ).finally(() => letters.delete(id)).catch((cause: unknown) => {
    // Findings that cannot be sent: end the thread, whose letters then get their temporary error.
    throw cause;
  });
}

async function* read(id: number, letter: Letter): AsyncGenerator<Buffer> {
  for (;;) {
    const piece = letter.pieces.shift();
    if (piece !== undefined) {
      yield piece;
      say({ kind: 'taken', id, octets: piece.length });
    } else if (letter.isAborted) {
      throw new Error('called off');
    } else if (letter.isEnded) {
      return;
    } else {
      await new Promise<void>((resolve) => { letter.wake = resolve; });
    }
  }
}

function ask(id: number, name: string, type: string): Promise<LookupAnswer> {
  lastQuestion += 1;
  const question = lastQuestion;
  const answer = new Promise<LookupAnswer>((resolve) => { questions.set(question, resolve); });
  say({ kind: 'ask', id, question, name, type });
  return answer;
}

function say(message: FromWorker): void {
  port.postMessage(message);
}

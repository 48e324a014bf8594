/**
 * The shape of most commands: one question to the server, its answer told.
 */
import { booksConfig } from './books.ts';
import type { Call } from './command.ts';
import { withControl } from './control.ts';
import type { Question } from './control.ts';

/** Asks one question; prints the answer for people or, with --json, as it is. `tell` may find that it is a `Failure`. */
export async function ask(call: Call, question: Question, tell: (answer: unknown) => string): Promise<number> {
  const answer = await withControl(booksConfig(call), (control) => control.ask(question));
  const told = tell(answer);
  call.io.stdout.write(call.isSet('json') ? `${JSON.stringify(answer ?? {})}\n` : told);
  return 0;
}

/** The first word, which the command's `wordCount` asked for. */
export function firstWord(call: Call): string {
  return call.words[0] ?? '';
}

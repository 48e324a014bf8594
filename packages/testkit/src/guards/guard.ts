/**
 * What no test wants to happen unnoticed: letters that nobody asked for, the same letter twice,
 * mail to domains where it must not go.
 */
import type { Letter } from '../letter/letter.ts';
import type { Register } from '../waiting/register.ts';

export interface GuardOptions {
  /** Letters that no test has asked for; true by default. */
  readonly unclaimed?: boolean;
  /** The same letter twice to the same recipient; true by default. */
  readonly duplicates?: boolean;
  /** The only domains that mail may go to, with those below them; any by default. */
  readonly allow?: readonly (string | RegExp)[];
}

/** Something happened that was not to happen. */
export class GuardBroken extends Error {
  override readonly name = 'GuardBroken';
}

/** Watches from its creation until `check`; disposing it checks. */
export class Guard implements AsyncDisposable {
  readonly #options: GuardOptions;
  readonly #register: Register;
  readonly #since: number;

  constructor(options: GuardOptions, register: Register) {
    this.#options = options;
    this.#register = register;
    this.#since = register.now;
  }

  /** Throws `GuardBroken`, with everything that was wrong. */
  async check(): Promise<void> {
    await this.#register.look();
    const wrong = this.#wrongs(this.#register.all.filter(({ stamp }) => stamp > this.#since).map(({ letter }) => letter));
    if (wrong.length > 0) throw new GuardBroken(wrong.join('\n'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.check();
  }

  #wrongs(letters: readonly Letter[]): readonly string[] {
    const { unclaimed = true, duplicates = true, allow } = this.#options;
    return [
      ...(unclaimed ? letters.filter((letter) => !this.#register.isClaimed(letter)).map((letter) => `nobody asked for ${told(letter)}`) : []),
      ...(duplicates ? doubles(letters).map((letter) => `sent twice: ${told(letter)}`) : []),
      ...(allow === undefined ? [] : letters.filter(({ recipient }) => !isAllowed(recipient, allow)).map((letter) => `not allowed: ${told(letter)}`)),
    ];
  }
}

/** Each letter that came again: by its Message-ID, or where that differs by what a person reads. */
function doubles(letters: readonly Letter[]): readonly Letter[] {
  const ids = new Set<string>();
  const texts = new Set<string>();
  return letters.filter((letter) => {
    const id = `${letter.recipient} ${letter.messageId}`;
    const text = JSON.stringify([letter.recipient, letter.from.address, letter.subject, letter.text]);
    const isDouble = (letter.messageId !== '' && ids.has(id)) || texts.has(text);
    ids.add(id);
    texts.add(text);
    return isDouble;
  });
}

function isAllowed(recipient: string, allow: readonly (string | RegExp)[]): boolean {
  const domain = recipient.slice(recipient.lastIndexOf('@') + 1).toLowerCase();
  return allow.some((one) => (typeof one === 'string' ? domain === one || domain.endsWith(`.${one}`) : domain.search(one) !== -1));
}

function told({ subject, envelope, recipient }: Letter): string {
  return `“${subject}” from ${envelope.from || '<>'} to ${recipient}`;
}

/**
 * What was said over SMTP at the hosts of a world: transcripts, and what was refused.
 */
import type { Overhear, Utterance } from '@posthorn/world/overhear.ts';

export interface Spoken extends Utterance {
  readonly host: string;
}

/** Of all hosts together; what is older is forgotten. */
const SPOKEN_MAX = 50_000;

export class Overheard {
  #spoken: Spoken[] = [];
  /** How many were forgotten. */
  #forgotten = 0;

  /** The place of what is said next. */
  get now(): number {
    return this.#forgotten + this.#spoken.length;
  }

  at(host: string): Overhear {
    return (utterance) => {
      this.#spoken.push({ ...utterance, host });
      if (this.#spoken.length < 2 * SPOKEN_MAX) return;
      this.#forgotten += SPOKEN_MAX;
      this.#spoken = this.#spoken.slice(SPOKEN_MAX);
    };
  }

  /** A session's dialogue, as the RFC prints one: `S:` and `C:`. */
  transcript(session: string): readonly string[] {
    return this.#spoken.filter((one) => one.session === session).map(({ who, line }) => `${who === 'server' ? 'S' : 'C'}: ${line}`);
  }

  /** Sessions at a host, in the order in which they began. */
  sessions(host?: string): readonly string[] {
    return [...new Set(this.#spoken.filter((one) => host === undefined || one.host === host).map(({ session }) => session))];
  }

  /** Every refusal since then, with the command that it answers. */
  refusals(since: number): readonly string[] {
    const commands = new Map<string, string>();
    const found: string[] = [];
    for (const { session, host, who, line } of this.#spoken.slice(Math.max(0, since - this.#forgotten))) {
      if (who === 'client') commands.set(session, line);
      else if (/^[45]\d\d /.test(line)) found.push(`${host}: ${commands.get(session) ?? 'a connection'} → ${line}`);
    }
    return found;
  }
}

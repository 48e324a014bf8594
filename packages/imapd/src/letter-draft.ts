/**
 * A letter as it is being put together: kept aside, and looked through, chunk by chunk.
 *
 * A client cannot be stopped in a literal: what cannot be kept any more is let pass by.
 */
import type { Flag } from '@posthorn/mail/flags.ts';
import { StructureParser } from '@posthorn/mail/structure-parser.ts';
import { type MessageSummary, summarize } from '@posthorn/mail/summary.ts';
import type { Contents, Intake, StagedContent } from '@posthorn/store/contents.ts';
import { StoreFault } from '@posthorn/store/store.ts';
import type { Log } from '@posthorn/world/log.ts';

export class LetterDraft {
  readonly flags: readonly Flag[];
  readonly internalDate: number | undefined;
  readonly #intake: Intake;
  readonly #parser = new StructureParser();
  readonly #log: Log;
  #content: StagedContent | undefined;
  #octets = 0;
  #isSpoilt = false;

  constructor(contents: Pick<Contents, 'receive'>, { flags, internalDate, log }: {
    readonly flags: readonly Flag[];
    readonly internalDate?: number;
    readonly log: Log;
  }) {
    this.#intake = contents.receive();
    this.flags = flags;
    this.internalDate = internalDate;
    this.#log = log;
  }

  get octets(): number {
    return this.#octets;
  }

  /** The store could not take all of it. */
  get isSpoilt(): boolean {
    return this.#isSpoilt;
  }

  async write(chunk: Buffer): Promise<void> {
    this.#octets += chunk.length;
    this.#parser.push(chunk);
    if (this.#isSpoilt) return;
    await this.#intake.write(chunk).catch((fault: unknown) => {
      if (!(fault instanceof StoreFault)) throw fault;
      this.#log.error({ err: fault }, 'letter could not be kept');
      this.#isSpoilt = true;
    });
  }

  async finish(): Promise<{ readonly content: StagedContent; readonly summary: MessageSummary }> {
    this.#content = await this.#intake.finish();
    const { structure, header } = this.#parser.end();
    return { content: this.#content, summary: summarize({ prefix: Buffer.alloc(0), header, cuts: [], structure }) };
  }

  /** Harmless once the books have it. */
  async discard(): Promise<void> {
    await (this.#content ?? this.#intake).discard();
  }
}

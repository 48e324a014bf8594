/**
 * The notary: tells the sender what became of a letter, and closes its books.
 *
 * A notice is a letter like any other: accepted into the spool, from `<>`. The last one is
 * accepted in the same transaction that removes the letter it is about, so no crash makes
 * two of it or none.
 */
import { StructureParser } from '@posthorn/mail/structure-parser.ts';
import { summarize } from '@posthorn/mail/summary.ts';
import { type LetterId, letterId } from '@posthorn/store/ids.ts';
import type { Errand, Settlement, SpooledLetter, SpooledRecipient } from '@posthorn/store/spool.ts';
import type { Acceptance } from '@posthorn/store/acceptance.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock, EpochMs, Milliseconds } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import { identifier, type Random } from '@posthorn/world/random.ts';
import type { QueueLimits } from './limits.ts';
import { composeNotice, needsSmtpUtf8 } from './notice.ts';
import { delayNotice, finalNotice, type NoticeRecipient } from './notice-due.ts';
import { returnedPart } from './returned-part.ts';
import { routeOf } from './route.ts';

export interface NotaryOptions {
  readonly store: Pick<Store, 'spool' | 'accept' | 'contents' | 'messages'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly hostname: string;
  /** How long a notice is tried. */
  readonly expire: Milliseconds;
  readonly limits: Pick<QueueLimits, 'delayNotice' | 'returnedOctets'>;
  readonly log: Log;
}

/** 80 bits: unique, and short enough for a telephone. */
const LETTER_ID_LENGTH = 16;

interface Notice {
  readonly recipients: readonly NoticeRecipient[];
  /** No notice about this letter will follow. */
  readonly isLast: boolean;
}

export class Notary {
  readonly #options: NotaryOptions;
  /** Two errands of a letter may end at once; only one of them concludes it. */
  readonly #concluding = new Set<LetterId>();

  constructor(options: NotaryOptions) {
    this.#options = options;
  }

  /** Sends the last notice of a letter whose recipients are all final, and removes its rows. Others it leaves alone. */
  async conclude(id: LetterId): Promise<void> {
    if (this.#concluding.has(id)) return;
    this.#concluding.add(id);
    try {
      const { spool } = this.#options.store;
      const letter = await spool.get(id);
      if (letter === undefined || !letter.recipients.every(isFinal)) return;
      const recipients = finalNotice(letter);
      if (recipients.length > 0) await this.#send(letter, { recipients, isLast: true });
      else await spool.conclude(id, []);
    } finally {
      this.#concluding.delete(id);
    }
  }

  /** Tells the sender, once, of recipients that have waited too long. */
  async tellDelay(errand: Errand, settlement: Settlement): Promise<void> {
    const { clock, limits, store } = this.#options;
    const recipients = delayNotice(
      { ...errand.letter, recipients: afterSettling(errand, settlement) },
      { now: clock.now(), delayNotice: limits.delayNotice },
    );
    if (recipients.length === 0) return;
    await this.#send(errand.letter, { recipients, isLast: false });
    await store.spool.markNotified(settlement.letter, recipients.map(({ recipient }) => recipient.index));
  }

  async #send(letter: Omit<SpooledLetter, 'recipients'>, { recipients, isLast }: Notice): Promise<void> {
    const { clock, hostname, limits, log, random, store } = this.#options;
    const { reversePath } = letter;
    if (reversePath === null) throw new Error('a notice about a notice is never due');
    const now = clock.now();
    const id = letterId(identifier(random, LETTER_ID_LENGTH));
    const returned = await returnedPart(letter, {
      hasFailed: recipients.some(({ action }) => action === 'failed'),
      octetsMax: limits.returnedOctets,
      read: (row) => store.messages.read(row),
    });
    const content = composeNotice({ letter, sender: reversePath, recipients, returned, id, hostname, now });
    const isSmtpUtf8 = needsSmtpUtf8(letter, reversePath);
    await this.#accept(content, { letter: id, sender: reversePath, at: now, about: letter.letter, recipients, isLast, isSmtpUtf8 });
    log.info({ letter: id, about: letter.letter, recipients: recipients.length }, 'notice accepted');
  }

  async #accept(content: Buffer, about: AboutNotice): Promise<void> {
    const { store } = this.#options;
    const parser = new StructureParser();
    parser.push(content);
    const { structure, header } = parser.end();
    const prefix = Buffer.alloc(0);
    const intake = store.contents.receive();
    await intake.write(content);
    const staged = await intake.finish();
    try {
      const answer = await store.accept({
        ...acceptanceOf(about, this.#options.expire),
        content: staged,
        summary: summarize({ prefix, header, cuts: [], structure }),
        spool: {
          reversePath: null,
          body: isAscii(content) ? '7BIT' : '8BITMIME',
          isSmtpUtf8: about.isSmtpUtf8,
          isTlsRequired: false,
          prefix,
          expiresAt: about.at + this.#options.expire,
          recipients: [{ address: about.sender, route: routeOf(about.sender), nextAt: about.at }],
        },
      });
      if (answer.kind === 'changed') throw new Error('a notice relies on nothing that could change');
    } catch (fault) {
      await staged.discard();
      throw fault;
    }
  }
}

interface AboutNotice {
  readonly letter: LetterId;
  /** Of the letter it is about; the notice goes to it. */
  readonly sender: string;
  readonly at: EpochMs;
  readonly about: LetterId;
  readonly recipients: readonly NoticeRecipient[];
  readonly isLast: boolean;
  readonly isSmtpUtf8: boolean;
}

function acceptanceOf(about: AboutNotice, expire: Milliseconds): Omit<Acceptance, 'content' | 'summary' | 'spool'> {
  const { letter, sender, at, recipients, isLast } = about;
  const told = recipients.map(({ recipient }) => recipient.address);
  return {
    letter,
    at,
    sender: '',
    cuts: [],
    placements: [],
    beliefs: [],
    ledger: [
      { at, letter, act: 'accepted', detail: { listener: 'queue', about: about.about, recipients: told } },
      { at, letter, act: 'queued', recipient: sender, detail: { expiresAt: at + expire } },
      ...recipients.map(({ recipient, action }) => ({
        at, letter: about.about, recipient: recipient.address, act: 'notified' as const, detail: { notice: letter, action, to: sender },
      })),
    ],
    ...(isLast ? { concludes: about.about } : {}),
  };
}

function isFinal({ state }: SpooledRecipient): boolean {
  return state === 'delivered' || state === 'failed';
}

/** The errand's recipients as the books have them now. */
function afterSettling(errand: Errand, settlement: Settlement): readonly SpooledRecipient[] {
  const settled = new Map(settlement.recipients.map((one) => [one.index, one]));
  return errand.recipients.map((recipient) => {
    const now = settled.get(recipient.index);
    return now === undefined ? recipient : { ...recipient, state: now.state, nextAt: now.nextAt, remark: now.remark };
  });
}

function isAscii(content: Buffer): boolean {
  return content.every((octet) => octet < 0x80);
}

/**
 * Takes a letter's octets in: into the store, and past the parser, in one pass.
 *
 * Nothing holds more than a chunk of a large letter; what is known at the end (header,
 * structure, staged content) goes to the session's `decide`.
 */
import type { SmtpEnvelope } from '@posthorn/mail/envelope.ts';
import { type HeaderField, parseHeader } from '@posthorn/mail/header.ts';
import type { Part } from '@posthorn/mail/structure.ts';
import { StructureParser } from '@posthorn/mail/structure-parser.ts';
import type { Contents, StagedContent } from '@posthorn/store/contents.ts';
import { type LetterId, letterId } from '@posthorn/store/ids.ts';
import type { Clock, EpochMs } from '@posthorn/world/clock.ts';
import { identifier, type Random } from '@posthorn/world/random.ts';
import { type Reply, reply } from './reply.ts';
import type { LetterIntake } from './session.ts';

/** A letter received whole, about which nothing is decided yet. */
export interface ReceivedLetter {
  readonly letter: LetterId;
  readonly at: EpochMs;
  readonly envelope: SmtpEnvelope;
  readonly content: StagedContent;
  /** The content's own header with its blank line, up to the parser's bound. */
  readonly header: Buffer;
  readonly fields: readonly HeaderField[];
  readonly structure: Part;
}

export interface Decision {
  /** One, or one for each recipient. */
  readonly replies: readonly Reply[];
  /** The content is part of the books now; otherwise it is discarded. */
  readonly isAccepted: boolean;
  /** What to do when the client may have heard of it, */
  readonly heard?: () => void;
  /** and when it may not. */
  readonly unheard?: () => void;
}

export interface IntakeParts {
  readonly contents: Pick<Contents, 'receive'>;
  readonly clock: Clock;
  readonly random: Random;
}

const LETTER_ID_LENGTH = 16;

/** A letter with more Received fields goes in a circle (RFC 5321 §6.3 suggests 100; no honest way is half as long). */
export const RECEIVED_FIELDS_MAX = 50;
const LOOP = reply(554, '5.4.6', 'Routing loop: the letter has been through too many hosts');

export function refusedAs(refusal: Reply): Decision {
  return { replies: [refusal], isAccepted: false };
}

export function takeIn(parts: IntakeParts, envelope: SmtpEnvelope, decide: (letter: ReceivedLetter) => Promise<Decision>): LetterIntake {
  const intake = parts.contents.receive();
  const parser = new StructureParser();
  let decided: Decision | undefined;
  return {
    write: (chunk) => {
      parser.push(chunk);
      return intake.write(chunk);
    },
    finish: async ({ isEightBit }) => {
      const content = await intake.finish();
      let isAccepted = false;
      try {
        const { structure, header } = parser.end();
        const decision = await decideUnlessLooping({
          letter: letterId(identifier(parts.random, LETTER_ID_LENGTH)),
          at: parts.clock.now(),
          // RFC 6152 §3: octets over 127 that were not announced are carried as if they had been.
          envelope: isEightBit && envelope.body === '7BIT' ? { ...envelope, body: '8BITMIME' } : envelope,
          content,
          header,
          fields: parseHeader(header),
          structure,
        }, decide);
        ({ isAccepted } = decision);
        decided = decision;
        return decision.replies;
      } finally {
        if (!isAccepted) await content.discard();
      }
    },
    discard: () => intake.discard(),
    heard: () => decided?.heard?.(),
    unheard: () => decided?.unheard?.(),
  };
}

async function decideUnlessLooping(letter: ReceivedLetter, decide: (letter: ReceivedLetter) => Promise<Decision>): Promise<Decision> {
  let hops = 0;
  for (const { key } of letter.fields) if (key === 'received') hops += 1;
  // RFC 5321 §6.3.
  return hops > RECEIVED_FIELDS_MAX ? refusedAs(LOOP) : decide(letter);
}

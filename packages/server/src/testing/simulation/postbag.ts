/**
 * The letters of a simulated week, and what their senders were told: what no crash may take back.
 *
 * A sender tries again until it hears a 250 or a refusal for good. A final dot whose answer was
 * not heard may have been an acceptance.
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import type { SimNet } from '@posthorn/world/sim/net.ts';
import { send } from './dialogue.ts';
import type { Resident } from './resident.ts';
import type { Happening } from './scenario.ts';

export interface PostedLetter {
  readonly messageId: string;
  /** Where it was handed over, and from where. */
  readonly domain: string;
  readonly client: string;
  readonly sender: string;
  /** Taken at RCPT at the last try; all tries agree but for who came and went. */
  recipients: readonly string[];
  /** Ids that a 250 named. */
  readonly acknowledged: string[];
  /** Final dots without an answer. */
  unheard: number;
  /** Final dots that were answered with something else. */
  putOff: number;
}

export interface PostbagOptions {
  readonly net: SimNet;
  readonly clock: Clock;
  readonly tell: (line: string) => void;
  /** Something is wrong. */
  readonly complain: (what: string) => void;
}

type Letter = Extract<Happening, { readonly kind: 'letter' }>;

const STRANGER = '203.0.113.77';
const TRIES_MAX = 12;
const PAUSE: Milliseconds = 17 * 60_000;

export class Postbag {
  readonly letters: PostedLetter[] = [];
  readonly #options: PostbagOptions;

  constructor(options: PostbagOptions) {
    this.#options = options;
  }

  /** Sends a letter until somebody has an answer for it. */
  post(resident: Resident, letter: Letter): void {
    const { place } = resident;
    const number = this.letters.length + 1;
    const posted: PostedLetter = {
      messageId: `<${number}@${place.domain}>`, domain: place.domain, client: letter.door === 'submission' ? place.laptop : STRANGER,
      sender: letter.sender, recipients: [], acknowledged: [], unheard: 0, putOff: 0,
    };
    this.letters.push(posted);
    void this.#try(resident, { letter, posted, text: textOf(posted, letter) }, 1);
  }

  async #try(resident: Resident, sending: { readonly letter: Letter; readonly posted: PostedLetter; readonly text: readonly string[] }, turn: number): Promise<void> {
    const { net, clock, tell, complain } = this.#options;
    const { letter, posted, text } = sending;
    const failure = resident.diskFailure;
    const sent = await send({
      net: net.host(posted.client), clock, sender: letter.sender, recipients: letter.recipients, letter: text,
      to: { host: resident.place.address, port: letter.door === 'submission' ? 587 : 25 },
    });
    const who = `${posted.messageId} from ${letter.sender} to ${letter.recipients.join(', ')} at ${posted.domain}`;
    if (sent.kind === 'acknowledged') {
      const id = / as (\S+)$/.exec(sent.reply)?.[1] ?? sent.reply;
      tell(`${who}: acknowledged as ${id}`);
      posted.recipients = sent.recipients;
      posted.acknowledged.push(id);
      if (failure !== undefined && failure === resident.diskFailure) complain(`${posted.messageId} was acknowledged by ${posted.domain} whose disk fails`);
      return;
    }
    tell(`${who}: ${sent.kind === 'unheard' ? 'no answer to its dot' : `refused: ${sent.reply}`}`);
    if (sent.kind === 'unheard') posted.unheard += 1;
    else if (sent.isAtDot) posted.putOff += 1;
    if (sent.recipients.length > 0) posted.recipients = sent.recipients;
    if (turn < TRIES_MAX && (sent.kind === 'unheard' || !sent.isForGood)) clock.deadline(PAUSE, () => void this.#try(resident, sending, turn + 1));
  }
}

function textOf({ messageId }: PostedLetter, { sender, recipients, octets }: Letter): readonly string[] {
  const lines = ['Words and more words.', '..', 'From here on'];
  return [
    `From: ${sender}`, `To: ${recipients.join(', ')}`, `Subject: ${messageId.slice(1, -1)}`, `Message-ID: ${messageId}`, 'Date: Mon, 23 Nov 2026 12:34:56 +0100', '',
    ...lines, ...Array.from({ length: Math.ceil(octets / 60) }, () => 'x'.repeat(60)),
  ];
}

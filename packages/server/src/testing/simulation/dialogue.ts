/**
 * The least that speaks SMTP from a laptop: one letter, and whether its `250` was heard.
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import type { Connection, Endpoint, Net } from '@posthorn/world/net.ts';
import { NetFault } from '@posthorn/world/net.ts';

export interface Sending {
  readonly net: Net;
  readonly clock: Clock;
  readonly to: Endpoint;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly letter: readonly string[];
}

export type Sent =
  /** The final dot was answered with 250. */
  | { readonly kind: 'acknowledged'; readonly reply: string; readonly recipients: readonly string[] }
  /** The dot was sent and not answered: who knows? */
  | { readonly kind: 'unheard'; readonly recipients: readonly string[] }
  | { readonly kind: 'refused'; readonly reply: string; readonly isForGood: boolean; readonly isAtDot: boolean; readonly recipients: readonly string[] };

const PATIENCE: Milliseconds = 10 * 60_000;
const GONE = '';

export async function send(sending: Sending): Promise<Sent> {
  let connection: Connection;
  const patience = new AbortController();
  const timeout = sending.clock.deadline(PATIENCE, () => patience.abort());
  try {
    connection = await sending.net.connect(sending.to, { signal: patience.signal });
  } catch (fault) {
    if (!(fault instanceof NetFault)) throw fault;
    return refused(fault.code);
  } finally {
    timeout.cancel();
  }
  const ear = new Ear(connection, sending.clock);
  try {
    return await converse(ear, sending);
  } finally {
    connection.destroy();
  }
}

async function converse(ear: Ear, { sender, recipients, letter }: Sending): Promise<Sent> {
  const greeting = await ear.hear();
  if (!greeting.startsWith('220')) return refused(greeting);
  for (const line of ['EHLO laptop.test', `MAIL FROM:<${sender}>`]) {
    const reply = await ear.say(line);
    if (!reply.startsWith('250')) return refused(reply);
  }
  const taken: string[] = [];
  let last = '';
  for (const recipient of recipients) {
    const reply = await ear.say(`RCPT TO:<${recipient}>`);
    if (reply.startsWith('250')) taken.push(recipient);
    // One who has to wait lets all the others wait: simpler to keep count of.
    else if (!reply.startsWith('5')) return refused(reply);
    last = reply;
  }
  if (taken.length === 0) return refused(last);
  const data = await ear.say('DATA');
  if (!data.startsWith('354')) return refused(data);
  const reply = await ear.say([...letter, '.'].join('\r\n'));
  if (reply === GONE) return { kind: 'unheard', recipients: taken };
  if (!reply.startsWith('250')) return { ...refused(reply), isAtDot: true, recipients: taken };
  void ear.say('QUIT');
  return { kind: 'acknowledged', reply, recipients: taken };
}

function refused(reply: string): Extract<Sent, { readonly kind: 'refused' }> {
  return { kind: 'refused', reply, isForGood: reply.startsWith('5'), isAtDot: false, recipients: [] };
}

/** Hears replies; the empty one is the end, or that nothing came for too long. */
class Ear {
  readonly #connection: Connection;
  readonly #clock: Clock;
  #text = '';
  #isOver = false;
  #listen: (() => void) | undefined;

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    connection.setEncoding('latin1');
    connection.on('data', (text: string) => {
      this.#text += text;
      this.#listen?.();
    });
    for (const end of ['error', 'end', 'close']) {
      connection.on(end, () => {
        this.#isOver = true;
        this.#listen?.();
      });
    }
  }

  say(line: string): Promise<string> {
    this.#connection.write(`${line}\r\n`, 'latin1');
    return this.hear();
  }

  /** The last line of the next reply. */
  async hear(): Promise<string> {
    for (;;) {
      const reply = /^(?:\d{3}-[^\r\n]*\r\n)*(\d{3} [^\r\n]*)\r\n/.exec(this.#text);
      if (reply !== null) {
        this.#text = this.#text.slice(reply[0].length);
        return reply[1] ?? GONE;
      }
      if (this.#isOver) return GONE;
      await new Promise<void>((resolve) => {
        const timeout = this.#clock.deadline(PATIENCE, () => {
          this.#isOver = true;
          resolve();
        });
        this.#listen = () => {
          timeout.cancel();
          resolve();
        };
      });
    }
  }
}

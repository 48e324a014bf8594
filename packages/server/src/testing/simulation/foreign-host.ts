/**
 * A host that is not ours: takes letters for two strangers, lets who is new to it wait, and
 * remembers what it answered `250`, whether that was heard or not.
 */
import type { Clock, EpochMs } from '@posthorn/world/clock.ts';
import type { Connection } from '@posthorn/world/net.ts';
import type { SimNet } from '@posthorn/world/sim/net.ts';
import { FOREIGN, STRANGERS } from './places.ts';

export interface TakenLetter {
  readonly from: string;
  readonly recipient: string;
  readonly messageId: string;
}

const GREYLISTED_MS = 20 * 60_000;

export class ForeignHost {
  readonly taken: TakenLetter[] = [];
  readonly #clock: Clock;
  readonly #seen = new Map<string, EpochMs>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async listen(net: SimNet): Promise<void> {
    await net.host(FOREIGN.address).listen({ host: FOREIGN.address, port: 25 }, (connection) => this.#serve(connection));
  }

  #serve(connection: Connection): void {
    let text = '';
    const session = new Session(connection.remoteAddress, this.#isKnown);
    connection.setEncoding('latin1');
    connection.on('data', (piece: string) => {
      text += piece;
      for (let end = text.indexOf('\r\n'); end !== -1; end = text.indexOf('\r\n')) {
        const reply = session.hear(text.slice(0, end));
        text = text.slice(end + 2);
        if (reply !== undefined) connection.write(`${reply}\r\n`, 'latin1');
        this.taken.push(...session.take());
        if (reply?.startsWith('221')) connection.end();
      }
    });
    connection.write('220 pine.test\r\n', 'latin1');
  }

  readonly #isKnown = (who: string): boolean => {
    const first = this.#seen.get(who) ?? this.#clock.now();
    this.#seen.set(who, first);
    return this.#clock.now() - first >= GREYLISTED_MS;
  };
}

class Session {
  readonly #from: string;
  readonly #isKnown: (who: string) => boolean;
  #recipients: string[] = [];
  #lines: string[] | undefined;
  #taken: TakenLetter[] = [];

  constructor(from: string, isKnown: (who: string) => boolean) {
    this.#from = from;
    this.#isKnown = isKnown;
  }

  take(): readonly TakenLetter[] {
    return this.#taken.splice(0);
  }

  /** The reply to a line; undefined while a letter comes in. */
  hear(line: string): string | undefined {
    if (this.#lines !== undefined) return this.#body(this.#lines, line);
    const [verb = ''] = line.toUpperCase().split(/[ :]/, 1);
    if (verb === 'MAIL' || verb === 'RSET') this.#recipients = [];
    if (verb === 'RCPT') return this.#recipient(/<([^>]*)>/.exec(line)?.[1] ?? '');
    if (verb === 'DATA') {
      if (this.#recipients.length === 0) return '503 5.5.1 Nobody to send it to';
      this.#lines = [];
      return '354 Go on';
    }
    return verb === 'QUIT' ? '221 Bye' : '250 pine.test';
  }

  #recipient(address: string): string {
    if (!STRANGERS.includes(address)) return '550 5.1.1 Nobody of this name';
    if (!this.#isKnown(`${this.#from} ${address}`)) return '451 4.7.1 Greylisted';
    this.#recipients.push(address);
    return '250 2.1.5 Ok';
  }

  #body(lines: string[], line: string): string | undefined {
    if (line !== '.') {
      lines.push(line.startsWith('.') ? line.slice(1) : line);
      return undefined;
    }
    // The first one is the letter's own; a notice has that of the letter it is about further down.
    const messageId = lines.find((each) => each.startsWith('Message-ID: '))?.slice('Message-ID: '.length) ?? '';
    this.#taken.push(...this.#recipients.map((recipient) => ({ from: this.#from, recipient, messageId })));
    this.#lines = undefined;
    this.#recipients = [];
    return '250 2.0.0 Taken';
  }
}

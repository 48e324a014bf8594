/**
 * A client that hands over letters and writes down, durably and outside the store, which were
 * acknowledged. One whose reply was lost is offered again, as it was.
 */
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';

export interface Offer {
  readonly id: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  /** With CRLF throughout, no line beginning with a dot. */
  readonly octets: Buffer;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The list of acknowledged letters: a line each, synced before it counts. */
export class Acknowledgements {
  readonly ids = new Set<string>();
  #look: () => void = () => {};
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async add(id: string): Promise<void> {
    await this.#file.appendFile(`${id}\n`);
    await this.#file.datasync();
    this.ids.add(id);
    this.#look();
  }

  /** Resolves when so many are on the list, or after `msMax`. */
  async reach(count: number, msMax: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, msMax);
      this.#look = () => {
        if (this.ids.size < count) return;
        clearTimeout(timer);
        resolve();
      };
      this.#look();
    });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

export async function acknowledgements(path: string): Promise<Acknowledgements> {
  return new Acknowledgements(await open(path, 'a'));
}

/** What came of an offer. */
export type Answer = { readonly kind: 'acknowledged' } | { readonly kind: 'refused'; readonly reply: string } | { readonly kind: 'cut' };

/** One connection. */
export class SmtpConnection {
  readonly #socket: Socket;
  #text = '';
  #isOver = false;
  #wake: () => void = () => {};

  constructor(address: Address) {
    this.#socket = connect(address.port, address.host);
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      this.#wake();
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  /** Greets; false if the connection was cut. `verb`: LHLO for LMTP. */
  async greet(verb: 'EHLO' | 'LHLO' = 'EHLO'): Promise<boolean> {
    return (await this.#reply())?.startsWith('220') === true && (await this.ask(`${verb} client.elm.test`))?.startsWith('250') === true;
  }

  /** Offers a letter; for LMTP, where each recipient is answered, the worst answer counts. */
  async offer({ sender, recipients, octets }: Offer, answers = 1): Promise<Answer> {
    for (const line of [`MAIL FROM:<${sender}>`, ...recipients.map((recipient) => `RCPT TO:<${recipient}>`), 'DATA']) {
      const reply = await this.ask(line);
      if (reply === undefined) return { kind: 'cut' };
      if (!/^[23]/.test(reply)) {
        await this.ask('RSET');
        return { kind: 'refused', reply };
      }
    }
    this.#socket.write(Buffer.concat([octets, Buffer.from('.\r\n')]));
    let worst: string | undefined;
    for (let left = answers; left > 0; left -= 1) {
      const reply = await this.#reply();
      if (reply === undefined) return { kind: 'cut' };
      if (worst === undefined || reply > worst) worst = reply;
    }
    return worst?.startsWith('250') === true ? { kind: 'acknowledged' } : { kind: 'refused', reply: worst ?? '' };
  }

  /** The reply to a line; undefined when the connection was cut. */
  async ask(line: string): Promise<string | undefined> {
    this.#socket.write(`${line}\r\n`);
    return this.#reply();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Resolves when the other side has closed. */
  async closed(): Promise<void> {
    if (!this.#isOver) await once(this.#socket, 'close');
  }

  /** The next reply, all its lines; undefined when there will be none. */
  async #reply(): Promise<string | undefined> {
    for (;;) {
      const match = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n/.exec(this.#text);
      if (match !== null) {
        this.#text = this.#text.slice(match[0].length);
        return match[0];
      }
      if (this.#isOver) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/**
 * Plays a dialogue as the RFCs print them: what the client says, what the server must answer.
 *
 *     # a remark
 *     C: a1 NOOP
 *     S: a1 OK …          (… stands for anything, within the line)
 *     2C: b1 NOOP         (a second client, by its label)
 *
 * Each line ends with CRLF on the wire, literals included; `C> text` sends text without one.
 * `S: <end>` is the end of the connection.
 */
import type { Connection } from '@posthorn/world/net.ts';

/** Real time, and only to fail with a dialogue instead of a time-out. */
const SILENCE_MS_MAX = 30_000;

/** The other end of a dialogue, line by line. */
export class Client {
  readonly connection: Connection;
  #received = Buffer.alloc(0);
  #isOver = false;
  #look: (() => void) | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
    connection.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#look?.();
    });
    const end = (): void => {
      this.#isOver = true;
      this.#look?.();
    };
    connection.on('end', end);
    connection.on('close', end);
  }

  say(text: string): void {
    this.connection.write(text);
  }

  /** The next line without its end; undefined at the end of the connection. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#received.indexOf('\r\n');
      if (end !== -1) return this.#take(end + 2).subarray(0, end).toString();
      if (this.#isOver) return this.#received.length === 0 ? undefined : this.#take(this.#received.length).toString();
      await this.#more();
    }
  }

  async octets(count: number): Promise<Buffer> {
    while (this.#received.length < count && !this.#isOver) await this.#more();
    return this.#take(count);
  }

  /** Says a command and takes everything up to its tagged answer. */
  async command(tag: string, text: string): Promise<readonly string[]> {
    this.say(`${tag} ${text}\r\n`);
    const lines: string[] = [];
    for (;;) {
      const line = await this.line();
      if (line === undefined) throw new Error(`the connection ended after ${lines.join(' | ')}`);
      lines.push(line);
      if (line.startsWith(`${tag} `)) return lines;
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => { reject(new Error('the server says nothing')); }, SILENCE_MS_MAX);
      this.#look = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #take(count: number): Buffer {
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return taken;
  }
}

/** Clients by label; the one without is `''`. Throws at the first line that differs, with the dialogue so far. */
export async function play(clients: Readonly<Record<string, Client>>, script: string): Promise<void> {
  const heard: string[] = [];
  for (const raw of script.split('\n')) {
    const line = raw.trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const [, label, who, text] = /^(\d?)([CS][:>]) ?(.*)$/.exec(line) ?? [];
    const client = clients[label ?? ''];
    if (client === undefined || text === undefined) throw new Error(`not a line of a transcript: ${line}`);
    if (who === 'C:') client.say(`${text}\r\n`);
    else if (who === 'C>') client.say(text);
    else {
      const said = await client.line().catch((cause: unknown) => {
        throw new Error(`expected:\n${line}\nheard:\n${heard.slice(-12).join('\n')}`, { cause });
      });
      heard.push(`${label ?? ''}S: ${said ?? '<end>'}`);
      if (!matches(said, text)) throw new Error(`expected:\n${line}\nheard:\n${heard.slice(-12).join('\n')}`);
      continue;
    }
    heard.push(line);
  }
}

function matches(said: string | undefined, expected: string): boolean {
  if (expected === '<end>' || said === undefined) return said === undefined && expected === '<end>';
  const pattern = expected.split('…').map((piece) => piece.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('.*');
  return new RegExp(`^${pattern}$`, 's').test(said);
}

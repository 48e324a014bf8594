/**
 * The other end of a connection in a test: sends text, reads lines, plays transcripts.
 *
 * A transcript reads like the RFCs' own examples: `C:` is what the client says (several in a
 * row go out in one write), `S:` what it must hear, `S: …` at an end stands for anything
 * more, `S: (closes)` for the end of the connection. Lines beginning with `#` are for people.
 */
import type { Connection } from '@posthorn/world/net.ts';

export class Peer {
  readonly connection: Connection;
  #heard = '';
  #isClosed = false;
  #wake: (() => void) | undefined;
  /** Pieces as they arrived. */
  readonly pieces: string[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
    connection.on('data', (chunk: Buffer) => {
      this.#heard += chunk.toString('utf8');
      this.pieces.push(chunk.toString('utf8'));
      this.#wake?.();
    });
    for (const event of ['end', 'close', 'error']) {
      connection.on(event, () => {
        this.#isClosed = true;
        this.#wake?.();
      });
    }
  }

  send(octets: string | Buffer): void {
    if (this.connection.writable) this.connection.write(octets);
  }

  /** Waits for room before it goes on: for large letters. */
  async sendSlowly(octets: Buffer): Promise<void> {
    await new Promise<void>((resolve) => {
      this.connection.write(octets, () => resolve());
    });
  }

  /** The next line without its end; undefined when the connection is over. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#heard.indexOf('\r\n');
      if (end !== -1) {
        const line = this.#heard.slice(0, end);
        this.#heard = this.#heard.slice(end + 2);
        return line;
      }
      if (this.#isClosed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** A whole reply, its lines joined by newlines. */
  async reply(): Promise<string> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.line();
      if (line === undefined) return [...lines, '(closes)'].join('\n');
      lines.push(line);
      if (line[3] !== '-') return lines.join('\n');
    }
  }

  /** Says it, and hears one reply. */
  async say(line: string): Promise<string> {
    this.send(`${line}\r\n`);
    return this.reply();
  }

  /** What came that nobody asked for yet. */
  get unread(): string {
    return this.#heard;
  }

  /** What was really said, in the transcript's own form. */
  async play(transcript: string): Promise<string> {
    const played: string[] = [];
    const lines = transcript.split('\n').map((line) => line.trim()).filter((line) => line !== '');
    for (let at = 0; at < lines.length; at += 1) {
      const line = lines[at] ?? '';
      if (line.startsWith('S:')) {
        const heard = `S: ${await this.line() ?? '(closes)'}`;
        const isLike = line.endsWith('…') && heard.startsWith(line.slice(0, -1));
        played.push(isLike ? line : heard);
        continue;
      }
      played.push(line);
      if (line.startsWith('#')) continue;
      let saying = '';
      for (; (lines[at] ?? '').startsWith('C:'); at += 1) {
        if (saying !== '') played.push(lines[at] ?? '');
        saying += `${(lines[at] ?? '').slice(2).replace(/^ /, '')}\r\n`;
      }
      at -= 1;
      this.send(saying);
    }
    return played.join('\n');
  }
}

/** A transcript as `play` gives it back when all went as written. */
export function asWritten(transcript: string): string {
  return transcript.split('\n').map((line) => line.trim()).filter((line) => line !== '').join('\n');
}

/**
 * A host that receives mail as a test tells it to: polite by default, broken on request.
 */
import type { SecureContext } from 'node:tls';
import type { Connection, Endpoint, Net } from '@posthorn/world/net.ts';
import { startTlsServer } from '@posthorn/world/tls.ts';

/** What one connection said. */
export interface HostSession {
  /** In order, in clear or not; the final dot is `.`. */
  readonly commands: string[];
  /** As received, un-stuffed. */
  readonly letters: string[];
  isSecure: boolean;
}

export interface HostScript {
  readonly banner?: string;
  /** What EHLO offers, beside STARTTLS where there is a certificate. */
  readonly extensions?: readonly string[];
  /**
   * The answer to a command, without its line end; undefined: the polite one. `cut` closes,
   * `mute` says nothing, for ever. The banner is asked for as an empty command.
   */
  readonly answer?: (command: string, session: HostSession) => string | undefined;
  readonly tls?: SecureContext;
  readonly isTlsImplicit?: boolean;
}

export class ScriptedHost {
  readonly sessions: HostSession[] = [];
  script: HostScript;

  constructor(script: HostScript = {}) {
    this.script = script;
  }

  get letters(): readonly string[] {
    return this.sessions.flatMap(({ letters }) => letters);
  }

  async listen(net: Net, at: Endpoint): Promise<this> {
    await net.listen(at, (connection) => {
      const session: HostSession = { commands: [], letters: [], isSecure: false };
      this.sessions.push(session);
      connection.on('error', () => {});
      if (this.script.isTlsImplicit === true) void this.#secure(connection, session, true);
      else this.#serve(connection, session, true);
    });
    return this;
  }

  async #secure(connection: Connection, session: HostSession, isNew: boolean): Promise<void> {
    if (this.script.tls === undefined) throw new Error('this host has no certificate');
    try {
      const secure = await startTlsServer(connection, { context: this.script.tls });
      session.isSecure = true;
      secure.on('error', () => {});
      this.#serve(secure, session, isNew);
    } catch {
      connection.destroy();
    }
  }

  #serve(connection: Connection, session: HostSession, isNew: boolean): void {
    let rest = '';
    let isLetter = false;
    const reply = (command: string): string => {
      const answer = this.script.answer?.(command, session) ?? this.#polite(command, session);
      if (answer === 'cut') connection.destroy();
      else if (answer !== 'mute') connection.write(`${answer}\r\n`);
      return answer;
    };
    const onLine = (line: string): void => {
      session.commands.push(line);
      const answer = reply(line);
      if (/^DATA$/i.test(line) && answer.startsWith('354')) isLetter = true;
      if (/^QUIT$/i.test(line)) connection.end();
      if (/^STARTTLS$/i.test(line) && answer.startsWith('220')) {
        connection.off('data', onData);
        void this.#secure(connection, session, false);
      }
    };
    const onData = (octets: Buffer): void => {
      rest += octets.toString('utf8');
      for (;;) {
        const end = isLetter && !rest.startsWith('.\r\n') ? rest.indexOf('\r\n.\r\n') : rest.indexOf('\r\n') - (isLetter ? 2 : 0);
        if (rest.indexOf('\r\n') === -1 || (isLetter && end === -1)) return;
        if (isLetter) {
          const letter = end < 0 ? '' : rest.slice(0, end + 2);
          rest = rest.slice(end < 0 ? 3 : end + 5);
          isLetter = false;
          session.letters.push(letter.replaceAll(/^\./gm, ''));
          onLine('.');
        } else {
          const line = rest.slice(0, end);
          rest = rest.slice(end + 2);
          onLine(line);
        }
      }
    };
    connection.on('data', onData);
    connection.on('end', () => connection.end());
    if (isNew) reply('');
  }

  #polite(command: string, session: HostSession): string {
    const verb = command.split(' ')[0]?.toUpperCase() ?? '';
    if (verb === '') return this.script.banner ?? '220 mx.elm.test ESMTP';
    if (verb === 'EHLO') {
      const tls = this.script.tls !== undefined && !session.isSecure ? ['STARTTLS'] : [];
      const lines = ['mx.elm.test', ...this.script.extensions ?? [], ...tls];
      return lines.map((line, at) => `250${at === lines.length - 1 ? ' ' : '-'}${line}`).join('\r\n');
    }
    if (verb === 'DATA') return '354 Go on';
    if (verb === 'STARTTLS') return '220 Go on';
    if (verb === 'QUIT') return '221 Bye';
    return '250 2.0.0 Ok';
  }
}

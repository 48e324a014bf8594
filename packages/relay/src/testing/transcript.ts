/**
 * Plays a dialogue against the client machine, line by line, as the RFCs print them.
 *
 * `C:` what the client must say next, `S:` what the server says, `*` what the machine must
 * ask of its caller (`secure`, `content`, `ready`, `done`, `over`; the first two are then
 * carried out), `begin` a transaction, `quit`, and `cut`. `#` and empty lines are for people.
 */
import type { SmtpClient } from '../client/client.ts';
import type { TransactionRequest } from '../client/commands.ts';
import type { ClientAction } from '../client/dialogue.ts';

export function play(client: SmtpClient, script: string, request?: TransactionRequest): void {
  const actions: ClientAction[] = [];
  for (const line of script.split('\n').map((text) => text.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const next = (): ClientAction | undefined => actions.shift();
    if (line.startsWith('S: ')) {
      actions.push(...client.receive(Buffer.from(`${line.slice(3)}\r\n`)));
    } else if (line.startsWith('C: ')) {
      expectSame(next(), line.slice(3));
    } else if (line.startsWith('* ')) {
      const kind = line.slice(2);
      expectSame(next(), `* ${kind}`);
      if (kind === 'secure') actions.push(...client.secured());
      if (kind === 'content') actions.push(...client.contentSent(true));
    } else if (line === 'begin' && request !== undefined) actions.push(...client.begin(request));
    else if (line === 'quit') actions.push(...client.quit());
    else if (line === 'cut') actions.push(...client.cut('cut'));
    else throw new Error(`not a line of a transcript: ${line}`);
  }
  if (actions.length > 0) throw new Error(`the client goes on: ${actions.map(describe).join(', ')}`);
}

function expectSame(action: ClientAction | undefined, expected: string): void {
  const said = action === undefined ? 'nothing' : describe(action);
  if (said !== expected) throw new Error(`expected ${JSON.stringify(expected)}, the client: ${JSON.stringify(said)}`);
}

function describe(action: ClientAction): string {
  return action.kind === 'send' ? action.octets.toString('utf8').replace(/\r\n$/, '') : `* ${action.kind}`;
}

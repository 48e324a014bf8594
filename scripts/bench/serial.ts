/**
 * One client that sends letter after letter and waits for each: how long until the `250`.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

export interface SerialShot {
  readonly port: number;
  readonly recipient: string;
  readonly letters: number;
  readonly octets: number;
}

/** Milliseconds from MAIL to the reply to the final dot, ascending. */
export async function serialLatencies({ port, recipient, letters, octets }: SerialShot): Promise<readonly number[]> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const heard = async (code: string): Promise<void> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true || !value.startsWith(code)) throw new Error(`expected ${code}, heard ${String(value)}`);
      if (value[3] !== '-') return;
    }
  };
  const say = (line: string, code: string): Promise<void> => {
    socket.write(`${line}\r\n`);
    return heard(code);
  };
  await heard('220');
  await say('EHLO ash.test', '250');
  const body = `${'X'.repeat(70)}\r\n`.repeat(Math.ceil(octets / 72));
  const took: number[] = [];
  for (let letter = 0; letter < letters; letter += 1) {
    const start = performance.now();
    await say('MAIL FROM:<ann@ash.test>', '250');
    await say(`RCPT TO:<${recipient}>`, '250');
    await say('DATA', '354');
    await say(`From: <ann@ash.test>\r\nTo: <${recipient}>\r\nSubject: serial ${letter}\r\n\r\n${body}.`, '250');
    took.push(performance.now() - start);
  }
  await say('QUIT', '221');
  socket.destroy();
  return took.toSorted((one, other) => one - other);
}

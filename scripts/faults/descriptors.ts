/**
 * No file descriptors left: connections wait or are cut, letters are put off, and the server goes
 * on when there are some again.
 */
import { connect, type Socket } from 'node:net';
import { FaultyHost } from './host.ts';
import { openLab } from './lab.ts';
import type { Trial } from './trial.ts';

const DESCRIPTORS = 90;
/** More than it can have. */
const CONNECTIONS = 150;
const LETTERS = 30;
const HELD_MS = 1_000;
const SERVE_MS_MAX = 60_000;

export const descriptors: Trial = {
  name: 'descriptors',
  about: 'no file descriptors left, and then some again',
  run: async ({ seed, amount = LETTERS }, tell) => {
    await using lab = await openLab({ seed });
    const host = new FaultyHost(lab.config, { around: ['sh', '-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'sh'] });
    const submission = await host.at('submission');
    let isOver = false;
    const hasEnded = (): boolean => isOver;
    const work = async (client: (typeof lab.clients)[number]): Promise<void> => {
      // A connection that was cut for want of descriptors is tried again.
      while (!hasEnded()) await client.work(submission, hasEnded);
    };
    const working = lab.clients.map(work);
    await lab.list.reach(amount, SERVE_MS_MAX);
    const sockets = Array.from({ length: CONNECTIONS }, (): Socket => {
      const socket = connect(submission.port, submission.host);
      socket.on('error', () => {});
      return socket;
    });
    await new Promise((resolve) => {
      setTimeout(resolve, HELD_MS);
    });
    for (const socket of sockets) socket.destroy();
    const before = lab.list.ids.size;
    await lab.list.reach(before + amount, SERVE_MS_MAX);
    const wasWell = lab.list.ids.size >= before + amount;
    isOver = true;
    await Promise.all(working);
    const others = lab.clients.flatMap(({ putOff }) => putOff).filter((said) => !said.startsWith('451 '));
    const { problems, facts } = await lab.finish(host);
    tell({
      title: 'a server without descriptors goes on when it has some again, and every letter is there once',
      problems: [...(wasWell ? [] : ['no letters were taken when there were descriptors again']), ...others, ...problems],
      facts: { descriptors: DESCRIPTORS, connections: CONNECTIONS, ...facts },
    });
  },
};

/**
 * SIGTERM under load: the server ends with status 0, and nothing that it acknowledged is lost.
 */
import { seededRandom } from '../../packages/world/src/sim/random.ts';
import { FaultyHost } from './host.ts';
import { openLab } from './lab.ts';
import type { Trial } from './trial.ts';

const STOPS = 3;
const LETTERS_MAX = 40;
const SERVE_MS_MAX = 10_000;

export const stop: Trial = {
  name: 'stop',
  about: 'SIGTERM while eight clients hand over letters',
  run: async ({ seed, amount = STOPS }, tell) => {
    await using lab = await openLab({ seed });
    const random = seededRandom(seed);
    const statuses: (number | null)[] = [];
    for (let round = 0; round < amount; round += 1) {
      const host = new FaultyHost(lab.config);
      const submission = await host.at('submission');
      const working = lab.clients.map((client) => client.work(submission));
      await lab.list.reach(lab.list.ids.size + Math.ceil(random.fraction() * LETTERS_MAX), SERVE_MS_MAX);
      statuses.push(await host.stop());
      await Promise.all(working);
      lab.ended(host);
    }
    const { problems, facts } = await lab.finish(new FaultyHost(lab.config));
    const unwell = statuses.filter((status) => status !== 0).map((status) => `a server that was asked to stop ended with ${status}`);
    tell({ title: 'a server that is stopped under load ends in order, and every letter is there once', problems: [...unwell, ...problems], facts: { stops: amount, ...facts } });
  },
};

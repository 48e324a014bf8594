/**
 * The wall clock jumps, a year on and days back: every letter is there once, in UIDs that ascend,
 * and what goes on goes on. By libfaketime, which monotonic time is kept from.
 */
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FaultyHost } from './host.ts';
import { openLab } from './lab.ts';
import type { Trial } from './trial.ts';

const JUMPS = ['+0d', '+400d', '-3d', '+0d'];
const LETTERS = 12;
const SERVE_MS_MAX = 60_000;

export const clock: Trial = {
  name: 'clock',
  about: 'a wall clock that jumps on and back',
  run: async ({ seed, amount = LETTERS }, tell) => {
    const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
    if (library === undefined) throw new Error('libfaketime is not there; .ci/run installs it');
    await using lab = await openLab({ seed });
    const file = join(lab.folder, 'faketime');
    writeFileSync(file, '+0d');
    const host = new FaultyHost(lab.config, {
      env: { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
    });
    const submission = await host.at('submission');
    const years = new Set<string>();
    for (const jump of JUMPS) {
      // What waits would be too old after a year, and be returned.
      await lab.sink.have(lab.onward, SERVE_MS_MAX);
      writeFileSync(file, jump);
      let isOver = false;
      const working = lab.clients.map((client) => client.work(submission, () => isOver));
      await lab.list.reach(lab.list.ids.size + amount, SERVE_MS_MAX);
      isOver = true;
      await Promise.all(working);
      const last = host.log.findLast((line) => line['event'] === 'letter accepted');
      years.add(String(last?.['time']).slice(0, 4));
    }
    const { problems, facts } = await lab.finish(host);
    tell({
      title: 'when the clock jumps letters are taken, carried on, and there once',
      problems: [...(years.size > 1 ? [] : ['the clock did not jump']), ...problems],
      facts: { jumps: JUMPS.length, ...facts },
    });
  },
};

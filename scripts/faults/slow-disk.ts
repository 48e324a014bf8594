/**
 * A disk that takes long to sync: letters take long, but the server does not stand still for it.
 *
 * How long its event loop was held up is told as a figure; a loaded machine has its own delays.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diskLibrary } from './disk/native.ts';
import { order } from './disk/orders.ts';
import { dataOf, FaultyHost } from './host.ts';
import { openLab } from './lab.ts';
import type { Trial } from './trial.ts';

const SYNC_MS = 50;
const LETTERS = 60;
const SERVE_MS_MAX = 60_000;
const PROBE = fileURLToPath(new URL('loop-probe.ts', import.meta.url));

export const slowDisk: Trial = {
  name: 'slow-disk',
  about: `a disk that takes ${SYNC_MS} ms to sync`,
  run: async ({ seed, amount = LETTERS }, tell) => {
    await using lab = await openLab({ seed });
    const [orders, probe] = [join(lab.folder, 'orders'), join(lab.folder, 'probe')];
    order(orders, { syncMs: SYNC_MS });
    const host = new FaultyHost(lab.config, {
      env: { LD_PRELOAD: await diskLibrary(), DISK_FOLDER: dataOf(lab.folder), DISK_ORDERS: orders, NODE_OPTIONS: `--import ${PROBE}`, LOOP_PROBE: probe },
    });
    const submission = await host.at('submission');
    process.kill(host.pid, 'SIGUSR2');
    let isOver = false;
    const begin = performance.now();
    const working = lab.clients.map((client) => client.work(submission, () => isOver));
    await lab.list.reach(amount, SERVE_MS_MAX);
    const seconds = (performance.now() - begin) / 1000;
    isOver = true;
    await Promise.all(working);
    const wasWell = lab.list.ids.size >= amount;
    const { problems, facts } = await lab.finish(host);
    const { p50, p99 }: { readonly p50: number; readonly p99: number } = JSON.parse(readFileSync(probe, 'utf8'));
    tell({
      title: 'on a slow disk letters are taken slowly, and all that were taken are there',
      problems: [...(wasWell ? [] : [`only ${lab.list.ids.size} letters were taken in a minute`]), ...problems],
      facts: { 'letters/s': Math.round(amount / seconds), 'event loop p50 ms': Math.round(p50), 'p99 ms': Math.round(p99), ...facts },
    });
  },
};

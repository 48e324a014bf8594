/**
 * Preloaded into a server (`node --import`): writes down, when it ends, how long its event loop
 * was held up. `LOOP_PROBE` names the file.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 5;

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  // What it costs to start is no letter's affair.
  process.once('SIGUSR2', () => delay.reset());
  process.on('exit', () => {
    writeFileSync(process.env['LOOP_PROBE'] ?? '', JSON.stringify({ p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6 }));
  });
}

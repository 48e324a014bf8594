import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { layReleased } from '@posthorn/store/sqlite/testing/released.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import { devConfig } from './config/dev.ts';
import { openCore } from './core.ts';
import { realWorld } from './world.ts';

test('an operator is told how far books of an older version have been brought, and its mail is there', async () => {
  const data = mkdtempSync(join(tmpdir(), 'posthorn-core-'));
  try {
    layReleased(1, data);
    const config = devConfig({ data });
    const log = new MemoryLog();
    const { store } = await openCore(config, { ...realWorld({ config, log: 'none' }), clock: new SimClock(), log });
    expect(log.of('books are brought to a newer version').at(-1)?.facts).toMatchObject({ version: 2, secondsLeft: 0 });
    expect((await store.counts()).messages).toBe(357);
    await store.close();
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});

/**
 * A process that accepts letters without end and says each id once it is durable; for tests that kill it.
 */
import { silentLog } from '@posthorn/world/log.ts';
import { realClock } from '@posthorn/world/node/clock.ts';
import { acceptance, copyFor, person } from '../../contract/letters.ts';
import { openSqliteStore } from '../open.ts';

const store = await openSqliteStore({ path: process.argv[2] ?? '', clock: realClock, log: silentLog });
const eve = await person(store, 'eve@elm.test');

async function session(name: string): Promise<void> {
  for (let number = 0; ; number += 1) {
    const id = `${name}-${number}`;
    const { kind } = await store.accept(await acceptance(store, id, { placements: [copyFor(eve)] }));
    if (kind === 'accepted') process.stdout.write(`${id}\n`);
  }
}

await Promise.all(['a', 'b', 'c', 'd'].map(session));

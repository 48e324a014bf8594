/**
 * A process that accepts letters without end and says each id once it is durable; for tests that kill it.
 *
 * Each letter goes into a mailbox and on to another host; every fifth is large, so that it
 * is a file beside the books.
 */
import { silentLog } from '@posthorn/world/log.ts';
import { realClock } from '@posthorn/world/node/clock.ts';
import { acceptance, copyFor, onward, person } from '../../contract/letters.ts';
import { openSqliteStore } from '../open.ts';
import { octetsOfLetter } from './killed-letters.ts';

const store = await openSqliteStore({ path: process.argv[2] ?? '', clock: realClock, log: silentLog });
const eve = await person(store, 'eve@elm.test');

async function session(name: string): Promise<void> {
  for (let number = 0; ; number += 1) {
    const id = `${name}${number}`;
    const spool = onward(['zoe@oak.test', 'oak.test']);
    const { kind } = await store.accept(await acceptance(store, id, { placements: [copyFor(eve)], spool }, octetsOfLetter(id)));
    if (kind === 'accepted') process.stdout.write(`${id}\n`);
  }
}

await Promise.all(['a', 'b', 'c', 'd'].map(session));

import { silentLog } from '@posthorn/world/log.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { storeContract } from '../contract/store.contract.ts';
import { openSqliteStore } from './open.ts';

// In 2026, as the contract's letters: the ledger forgets what is old.
storeContract('in memory', () => openSqliteStore({ path: ':memory:', clock: new SimClock(), log: silentLog }));

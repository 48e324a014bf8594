/**
 * `pnpm demo`: one letter through all four steps, on loopback.
 *
 * Most of its time is loading programs: what was compiled once is kept for the next time.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./demo/road.ts');

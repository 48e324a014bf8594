#!/usr/bin/env node
/**
 * The door: makes sure that the Node is one we run on, then hands over to `run.ts`.
 *
 * Nothing else may be imported here: on an old Node, better-sqlite3 crashes without a word.
 */
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(`posthorn needs Node 24 or newer; this is Node ${process.versions.node}. From a checkout: npx --yes pnpm@12 start\n`);
  process.exitCode = 1;
} else {
  // What was compiled at one start need not be at the next.
  (await import('node:module')).enableCompileCache();
  const { run } = await import('./run.ts');
  process.exitCode = await run(process.argv.slice(2), process);
}

/**
 * Builds what browsers load: `node src/build.ts` makes `built/` of `app/`.
 *
 * Made beside and then put in place, so that nobody is ever given half of it.
 */
import { hash } from 'node:crypto';
import { globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));

/** What is there was made of other sources than these. */
export function sourcesStamp(folder = home): string {
  const files = globSync(['app/**/*', 'src/shapes.ts'], { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return hash('sha256', files.map((file) => hash('sha256', readFileSync(file))).join(' '));
}

async function build(): Promise<void> {
  const { build: bundle } = await import('vite');
  const making = join(home, `built-${process.pid}`);
  await bundle({
    root: join(home, 'app'), base: '/', logLevel: 'error', configFile: false,
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: { outDir: making, emptyOutDir: true, assetsDir: 'assets', target: 'es2022', modulePreload: false, assetsInlineLimit: 0 },
  });
  writeFileSync(join(making, 'stamp'), sourcesStamp());
  const built = join(home, 'built');
  rmSync(built, { recursive: true, force: true });
  renameSync(making, built);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();

/**
 * Builds and packs every package, so that what a user would install can be tried.
 *
 * `node scripts/pack.ts FOLDER` leaves a tarball of each in FOLDER.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Packs all; gives the tarballs' paths by package name. */
export function packAll(folder: string): ReadonlyMap<string, string> {
  mkdirSync(folder, { recursive: true });
  const packed = new Map<string, string>();
  for (const manifest of globSync('packages/*/package.json', { cwd: root }).toSorted()) {
    const home = join(root, dirname(manifest));
    const { name, version }: { name: string; version: string } = JSON.parse(readFileSync(join(root, manifest), 'utf8'));
    rmSync(join(home, 'dist'), { recursive: true, force: true });
    execFileSync('tsc', ['-p', home], { stdio: 'inherit' });
    execFileSync('pnpm', ['pack', '--pack-destination', folder], { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] });
    packed.set(name, join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`));
  }
  return packed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (folder === undefined) {
    console.error('Where to? node scripts/pack.ts FOLDER');
    process.exitCode = 2;
  } else {
    for (const path of packAll(resolve(folder)).values()) console.log(path);
  }
}

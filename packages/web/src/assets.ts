/**
 * What browsers load, as files in a folder: there already when published; in a checkout built
 * at the first visit, in a process of its own, and again when the sources have changed.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const home = fileURLToPath(new URL('..', import.meta.url));
const built = join(home, 'built');

/** The folder with `index.html` and `assets/`. Throws when it cannot be built. */
export async function assetFolder(): Promise<string> {
  const builder = join(home, 'src', 'build.ts');
  if (!existsSync(builder)) return built;
  const { sourcesStamp } = await import('./build.ts');
  const stamp = join(built, 'stamp');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== sourcesStamp()) await promisify(execFile)(process.execPath, [builder]);
  return built;
}

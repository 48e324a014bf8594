/**
 * The preloaded library that stands between a process and its disk: compiled once, found again.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../witness/lib/program.ts';

const SOURCE = fileURLToPath(new URL('../native/disk.c', import.meta.url));

/** Its path. Throws with what the compiler said. */
export async function diskLibrary(): Promise<string> {
  const mark = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16);
  const path = join(tmpdir(), `posthorn-disk-${mark}.so`);
  if (existsSync(path)) return path;
  // Two that compile at once do not see each other's half.
  const own = `${path}.${process.pid}`;
  await run('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', own, SOURCE, '-ldl', '-lpthread']);
  renameSync(own, path);
  return path;
}

/**
 * What can be told of the disk under a data folder: not that it keeps its word, but where it
 * is known not to.
 *
 * Linux only; elsewhere nothing is said. proc_pid_mountinfo(5); https://sqlite.org/wal.html §1
 * (WAL needs shared memory, so all of its users on one machine).
 */
import { readFileSync, realpathSync } from 'node:fs';

const MOUNTS = '/proc/self/mountinfo';
const MAPS = '/proc/self/maps';

/** File systems whose other users see neither our locks nor our shared memory, or whose sync is another machine's affair. */
const SHARED = /^(nfs\d?|cifs|smb\w*|ncpfs|9p|virtiofs|afs|coda|ceph|lustre|glusterfs|vboxsf|vmhgfs|fuse\..+)$/;
const IN_MEMORY = /^(tmpfs|ramfs)$/;
/** Sync does not reach the disk's own cache. */
const UNBARRED = /^(nobarrier|barrier=0)$/;

interface Mount {
  readonly at: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** Sentences for the log; none if nothing speaks against it. */
export function doubtsAbout(folder: string): readonly string[] {
  return doubts(mountOf(realpathSync(folder), textOf(MOUNTS)), textOf(MAPS));
}

export function doubts(mount: Mount | undefined, maps: string): readonly string[] {
  return [
    ...(mount !== undefined && SHARED.test(mount.type) ? [`the data folder is on a shared file system (${mount.type}): locks and syncs may not hold there, and mail may be lost; use a local disk`] : []),
    ...(mount !== undefined && IN_MEMORY.test(mount.type) ? [`the data folder is in memory (${mount.type}): no letter survives the machine's restart`] : []),
    ...(mount?.options.some((option) => UNBARRED.test(option)) === true ? ['the data folder is mounted without barriers: a power cut may lose letters that were accepted'] : []),
    ...(maps.includes('libeatmydata') ? ['libeatmydata is loaded: syncs do nothing, and a power cut loses letters that were accepted'] : []),
  ];
}

/** The mount that a path is on: the longest that it is under, the last of those. Undefined where the text names none. */
export function mountOf(path: string, mountinfo: string): Mount | undefined {
  let found: Mount | undefined;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , , at = '', own = ''] = before.split(' ');
    const [type = '', , shared = ''] = after.split(' ');
    const mount = { at: unescaped(at), type, options: [...own.split(','), ...shared.split(',')] };
    if (isUnder(path, mount.at) && mount.at.length >= (found?.at.length ?? 0)) found = mount;
  }
  return found;
}

function isUnder(path: string, at: string): boolean {
  return at === '/' ? path.startsWith('/') : at !== '' && (path === at || path.startsWith(`${at}/`));
}

/** Blanks and their like are written in octal. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
}

/** Empty where there is no such file. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

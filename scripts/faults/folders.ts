/**
 * Where the fault tests put what they write.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** A folder in memory, where syncing costs nothing: for images, whose disk is ours to simulate. */
export function memoryFolder(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}

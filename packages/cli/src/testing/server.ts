/**
 * A server in this process, for commands that speak to it or find what it left behind.
 */
import { readConfigFile } from '@posthorn/server/config/read.ts';
import { openHost } from '@posthorn/server/host.ts';
import type { Host } from '@posthorn/server/host.ts';
import { realWorld } from '@posthorn/server/world.ts';
import type { Keyboard } from './keyboard.ts';

/** Serves the configuration in the keyboard's folder. */
export async function openServer(keyboard: Keyboard): Promise<Host> {
  const answer = readConfigFile(keyboard.path('posthorn.toml'), {});
  if (answer.kind === 'faulty') throw new Error(JSON.stringify(answer.problems));
  const { config } = answer;
  return openHost({ config, world: realWorld({ config, log: 'none' }) });
}

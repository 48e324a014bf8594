/**
 * The life of a serving process: opened, said to be ready, ended by a signal.
 *
 * The ready line comes after the signal handlers are in place. SIGINT and SIGTERM end it with
 * status 0 within `STOP_MS`; SIGHUP reads the configuration again.
 */
import { openHost } from '@posthorn/server/host.ts';
import type { Host, HostOptions } from '@posthorn/server/host.ts';
import { toldFault } from './told-fault.ts';

/** Longest time for an orderly end; then the process ends anyway, with nothing acknowledged lost. */
const STOP_MS = 4500;
/** How often a server in `dev` looks whether the one who started it is still there. */
const PARENT_MS = 500;

export interface Serving {
  readonly host: Pick<Host, 'close'>;
  /** Says that it is ready. */
  announce(): void;
  /** On SIGHUP. */
  reload?(): Promise<void>;
  /** End as well when the process that started us is gone. */
  readonly endsWithParent: boolean;
}

/** Opens a host. Throws `Failure` with one clear sentence for what an operator can mend. */
export async function openServing(options: HostOptions): Promise<Host> {
  try {
    return await openHost(options);
  } catch (error) {
    throw toldFault(error);
  }
}

/** Resolves with the exit status when it has ended. */
export async function serveUntilSignal({ host, announce, reload, endsWithParent }: Serving): Promise<number> {
  const end = Promise.withResolvers<void>();
  const stop = (): void => end.resolve();
  const again = (): void => {
    void reload?.();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', reload === undefined ? stop : again);
  const parent = process.ppid;
  const watch = endsWithParent ? setInterval(() => {
    if (process.ppid !== parent) stop();
  }, PARENT_MS) : undefined;
  announce();
  await end.promise;
  clearInterval(watch);
  const lastResort = setTimeout(() => process.exit(0), STOP_MS);
  await host.close();
  clearTimeout(lastResort);
  return 0;
}

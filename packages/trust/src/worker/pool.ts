/**
 * The judge with threads of its own: half a millisecond of CPU a letter, and a fifth of a
 * second to begin with, that nobody else has to wait for.
 *
 * Threads start when there is something to judge. One that dies takes its letters with it
 * (a temporary error each) and is replaced when the next letter comes.
 */
import { availableParallelism } from 'node:os';
import type { Clock } from '@posthorn/world/clock.ts';
import { type Log, silentLog } from '@posthorn/world/log.ts';
import type { Resolver } from '@posthorn/world/resolver.ts';
import { deliberate } from '../deliberation.ts';
import { createLookup } from '../dns-lookup.ts';
import type { Findings } from '../findings.ts';
import type { Judge, JudgeRequest } from '../judge.ts';
import { JudgeThread } from './thread.ts';

export interface JudgeOptions {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log?: Log;
  /** Threads at most; by default one less than there are processors, and no more than four. */
  readonly threadsMax?: number;
  /** What the threads run, instead of the real thing; for tests. */
  readonly entry?: URL;
}

const THREADS_DEFAULT_MAX = 4;
/**
 * Letters that one thread has in hand at once; others wait for a place. Generous, because
 * most of them wait for DNS or for a sender who takes his time, and hold next to nothing.
 */
const LETTERS_PER_THREAD_MAX = 1_000;

/** The worker is TypeScript in a checkout and JavaScript when published: whatever this file is. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './entry.ts' : './entry.js', import.meta.url);

export function createJudge(options: JudgeOptions): Judge {
  const { resolver, clock, log = silentLog, entry = ENTRY } = options;
  const { threadsMax = Math.max(1, Math.min(THREADS_DEFAULT_MAX, availableParallelism() - 1)) } = options;
  const lookup = createLookup(resolver);
  const threads = new Set<JudgeThread>();
  const waiting: (() => void)[] = [];
  const life = { isClosed: false };

  function start(): JudgeThread {
    const thread = new JudgeThread(entry, lookup, (cause) => {
      threads.delete(thread);
      if (!life.isClosed) log.error({ cause }, 'a worker of the judge ended');
    });
    threads.add(thread);
    return thread;
  }

  /** The thread with the least to do; a new one while all have something. */
  function pick(): JudgeThread | undefined {
    const usable = [...threads].filter((thread) => thread.isUsable);
    const [idlest] = usable.sort((a, b) => a.load - b.load);
    if (idlest === undefined || (idlest.load > 0 && usable.length < threadsMax)) return start();
    return idlest.load < LETTERS_PER_THREAD_MAX ? idlest : undefined;
  }

  async function examine(request: JudgeRequest, signal: AbortSignal): Promise<Findings> {
    let thread = life.isClosed ? undefined : pick();
    while (thread === undefined && !life.isClosed) {
      await new Promise<void>((resolve) => { waiting.push(resolve); });
      thread = life.isClosed ? undefined : pick();
    }
    if (thread === undefined) throw new Error('the judge has closed');
    try {
      return await thread.examine(request, clock.now(), signal);
    } finally {
      waiting.shift()?.();
    }
  }

  return {
    judge: (request) => deliberate(request, { resolver, clock, log, examine }),
    close: async () => {
      life.isClosed = true;
      for (const resolve of waiting.splice(0)) resolve();
      await Promise.all([...threads].map((thread) => thread.close()));
    },
  };
}

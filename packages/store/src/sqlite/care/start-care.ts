/**
 * Starts a job of care in a thread of its own.
 */
import { Worker } from 'node:worker_threads';
import { CareRefused, type Tell } from '../../care.ts';
import { StoreFault } from '../../store.ts';
import type { CareJobs, CareKind, CareResults, FromCare } from './jobs.ts';

/** Throws `CareRefused` in one clear sentence, or `StoreFault` when the disk failed. */
export function runCare<K extends CareKind>(kind: K, job: CareJobs[K], { tell, signal }: { readonly tell: Tell; readonly signal?: AbortSignal }): Promise<CareResults[K]> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const worker = new Worker(new URL(`./care-thread${extension}`, import.meta.url), { name: `posthorn-${kind}`, workerData: { kind, ...job }, execArgv: [] });
  const stop = (): void => {
    void worker.terminate();
  };
  signal?.addEventListener('abort', stop, { once: true });
  return new Promise<CareResults[K]>((resolve, reject) => {
    // The thread answers what its job's kind answers.
    const whole: { resolve(result: unknown): void } = { resolve };
    worker.on('message', (message: FromCare) => {
      if (message.kind === 'progress') tell(message.progress);
      else if (message.kind === 'done') whole.resolve(message.result);
      else if (message.isRefusal) reject(new CareRefused(message.message));
      else reject(new StoreFault(message.message, { cause: new Error(message.stack) }));
    });
    worker.on('error', (cause) => reject(new StoreFault(cause.message, { cause })));
    worker.on('exit', () => reject(new CareRefused('it was stopped before its end')));
  }).finally(() => signal?.removeEventListener('abort', stop));
}

/**
 * A judge's worker that dies, gets stuck or fails, as the sender's local part tells it to.
 */
import { parentPort } from 'node:worker_threads';
import type { ToWorker } from '../messages.ts';

const port = parentPort;

port?.on('message', (message: ToWorker) => {
  if (message.kind !== 'judge') return;
  const { id, request: { sender } } = message;
  if (sender.startsWith('die')) throw new Error('died of this letter');
  if (sender.startsWith('exit')) process.exit(3);
  if (sender.startsWith('fail')) port?.postMessage({ kind: 'failed', id, message: 'failed at this letter' });
  if (sender.startsWith('pass')) {
    port?.postMessage({
      kind: 'found', id,
      findings: { spf: { result: 'pass', domain: 'ash.test' }, dkim: [], dmarc: { result: 'pass', domain: 'ash.test', policy: 'none', reason: '' } },
    });
  }
  // Anything else is waited for in vain.
});

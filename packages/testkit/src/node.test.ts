import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('in Node’s own runner the checks pass, fail with their reason, and nothing is left open', async () => {
  const file = fileURLToPath(new URL('testing/node-runner.ts', import.meta.url));
  // The runner must not think that it was started by another one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file], { env });
  expect(stdout).toMatch(/^# pass 2$/m);
  expect(stdout).toMatch(/^# fail 0$/m);
}, 60_000);

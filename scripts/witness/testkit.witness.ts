/**
 * The sample application, tested with the kit in Node's own runner and from Python.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from './lib/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tests = join(root, 'examples/shop/test');

test('in Node’s runner', async () => {
  const said = await run(process.execPath, ['--test', '--test-reporter=tap', 'shop.node.ts'], { cwd: tests });
  expect(said.toString()).toMatch(/^# pass 4$/m);
});

test('from Python, over HTTP', async () => {
  const said = await run('python3', ['-c', 'import sys, unittest; sys.exit(not unittest.main("shop_test", exit=False, verbosity=2, testRunner=unittest.TextTestRunner(sys.stdout)).result.wasSuccessful())'], {
    cwd: tests, env: { POSTHORN: `${process.execPath} ${join(root, 'packages/cli/src/main.ts')}`, NODE: process.execPath, PYTHONDONTWRITEBYTECODE: '1' },
  });
  expect(said.toString()).toMatch(/^Ran 5 tests/m);
  expect(said.toString()).toMatch(/^OK$/m);
});

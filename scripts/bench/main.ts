/**
 * `pnpm bench NAME`: prints ratios measured in one run, never a verdict.
 */
const [name, ...words] = process.argv.slice(2);

switch (name) {
  case 'receive': {
    const { benchReceive } = await import('./receive.ts');
    await benchReceive(words);
    break;
  }
  case 'store': {
    const { benchStore } = await import('./store.ts');
    await benchStore();
    break;
  }
  default:
    console.error('Which one? pnpm bench receive | store');
    process.exitCode = 2;
}

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
    await benchStore(words);
    break;
  }
  case 'memory': {
    // LETTERS [MB]; only the whole of it is written into docs/performance.md.
    const { LETTERS, LETTER_MB, measureMemory } = await import('./memory.ts');
    const { memoryTable, reportMemory } = await import('./report.ts');
    const [letters, megabytes] = [Number(words[0] ?? LETTERS), Number(words[1] ?? LETTER_MB)];
    const result = await measureMemory({ letters, octets: megabytes * 1e6 });
    for (const line of memoryTable(result)) process.stdout.write(`${line}\n`);
    if (letters === LETTERS && megabytes === LETTER_MB) reportMemory(result);
    break;
  }
  case 'testkit': {
    const { benchTestkit } = await import('./testkit.ts');
    await benchTestkit();
    break;
  }
  default:
    console.error('Which one? pnpm bench receive | store [accept|bytes|growth] | memory | testkit');
    process.exitCode = 2;
}

/**
 * The test kit beside MailDev and smtp-tester, in the same run: how soon it is there, how soon a
 * letter is seen, how many go through. Medians; the others come from npm into a temporary folder.
 *
 * Every server is a process of its own, and so is every measured import. Rounds alternate.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { freePort } from '../witness/lib/ports.ts';
import { temporaryFolder } from '../witness/lib/posthorn.ts';
import { run } from '../witness/lib/program.ts';

const ROUNDS = 5;
const LETTERS = 200;
const AT_ONCE = 10;
const LETTER = 'x'.repeat(70).concat('\r\n').repeat(70);
const MAIN = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));
const KIT = fileURLToPath(new URL('../../packages/testkit/src/post-office.ts', import.meta.url));

/** Prints `import`, `start` (the median of warm ones) and `wait` in milliseconds, as JSON. */
const KIT_PROGRAM = `
import { createTransport } from ${JSON.stringify(import.meta.resolve('nodemailer'))};
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
let since = performance.now();
const { postOffice } = await import(${JSON.stringify(KIT)});
const loaded = performance.now() - since;
since = performance.now();
await (await postOffice()).close();
const cold = performance.now() - since;
const starts = [];
for (let round = 0; round < 10; round += 1) { since = performance.now(); const mail = await postOffice(); starts.push(performance.now() - since); await mail.close(); }
await using mail = await postOffice();
const waits = [];
for (let round = 0; round < 30; round += 1) {
  const inbox = mail.inbox();
  const transport = createTransport(mail.smtp.url);
  since = performance.now();
  const coming = inbox.waitFor();
  await transport.sendMail({ from: 'a@shop.test', to: inbox.address, subject: 'Hi', text: 'It works.' });
  await coming;
  waits.push(performance.now() - since);
  transport.close();
}
console.log(JSON.stringify({ import: loaded, cold, start: median(starts), wait: median(waits) }));
`;

const TESTER_PROGRAM = `
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
let since = performance.now();
const { default: tester } = await import('smtp-tester');
const loaded = performance.now() - since;
const { createTransport } = await import(${JSON.stringify(import.meta.resolve('nodemailer'))});
const starts = [];
const port = Number(process.argv[2]);
for (let round = 0; round < 10; round += 1) { since = performance.now(); const server = tester.init(port); starts.push(performance.now() - since); await server.stop(); }
const server = tester.init(port);
const waits = [];
for (let round = 0; round < 30; round += 1) {
  const to = 'user' + round + '@inbox.test';
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
  since = performance.now();
  const coming = server.captureOne(to, { wait: 5000 });
  await transport.sendMail({ from: 'a@shop.test', to, subject: 'Hi', text: 'It works.' });
  await coming;
  waits.push(performance.now() - since);
  transport.close();
}
await server.stop();
console.log(JSON.stringify({ import: loaded, start: median(starts), wait: median(waits) }));
process.exit(0);
`;

type Figures = Readonly<Record<string, number>>;

export async function benchTestkit(): Promise<void> {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', 'maildev@3', 'smtp-tester@2'], { cwd: folder.path });
  await writeFile(join(folder.path, 'kit.mjs'), KIT_PROGRAM);
  await writeFile(join(folder.path, 'tester.mjs'), TESTER_PROGRAM);
  const maildev = join(folder.path, 'node_modules', '.bin', 'maildev');
  const ours: Figures[] = [];
  const testers: Figures[] = [];
  const servers: { readonly name: string; readonly figures: Figures }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(JSON.parse((await run(process.execPath, ['kit.mjs'], { cwd: folder.path })).toString()));
    testers.push(JSON.parse((await run(process.execPath, ['tester.mjs', String(await freePort())], { cwd: folder.path })).toString()));
    for (const name of ['posthorn', 'maildev'] as const) {
      const [smtp, web, imap] = [await freePort(), await freePort(), await freePort()];
      const words = name === 'posthorn'
        ? [process.execPath, MAIN, 'dev', '--memory', '--smtp-port', String(smtp), '--http-port', String(web), '--imap-port', String(imap)]
        : [process.execPath, maildev, '--smtp', String(smtp), '--web', String(web), '--ip', '127.0.0.1'];
      servers.push({ name, figures: await serverFigures(words, smtp) });
    }
  }
  const of = (name: string): readonly Figures[] => servers.filter((one) => one.name === name).map(({ figures }) => figures);
  tell('smtp-tester', ['import', 'start', 'wait'], { ours, theirs: testers, unit: 'ms' });
  console.log(`first start in a process, engine loaded: ours ${median(ours, 'cold').toFixed(1)} ms`);
  tell('MailDev', ['start', 'memory'], { ours: of('posthorn'), theirs: of('maildev'), unit: 'ms, MB' });
  tell('MailDev', ['each', 'kept'], { ours: of('posthorn'), theirs: of('maildev'), unit: 'letters/s' });
}

function tell(than: string, names: readonly string[], { ours, theirs, unit }: { readonly ours: readonly Figures[]; readonly theirs: readonly Figures[]; readonly unit: string }): void {
  for (const name of names) {
    const [one, other] = [median(ours, name), median(theirs, name)];
    console.log(`${name.padEnd(8)} ours ${one.toFixed(1)}  ${than} ${other.toFixed(1)}  (${unit})  ratio ${(one / other).toFixed(2)}`);
  }
}

function median(all: readonly Figures[], name: string): number {
  const values = all.map((figures) => figures[name] ?? Number.NaN).toSorted((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** From start to the first 220, memory at rest, letters a second: one connection each, and kept ones. */
async function serverFigures([program = '', ...words]: readonly string[], port: number): Promise<Figures> {
  const since = performance.now();
  const child = spawn(program, words, { stdio: 'ignore' });
  try {
    await greeted(port);
    const start = performance.now() - since;
    const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
    return { start, memory, each: await rate(port, { isKept: false }), kept: await rate(port, { isKept: true }) };
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

async function greeted(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    const heard = await Promise.race([once(socket, 'data').then(() => true, () => false), once(socket, 'close').then(() => false)]);
    socket.destroy();
    if (heard) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

async function rate(port: number, { isKept }: { readonly isKept: boolean }): Promise<number> {
  const transports = Array.from({ length: AT_ONCE }, () => createTransport({ host: '127.0.0.1', port, ignoreTLS: true, pool: isKept, maxConnections: 1, maxMessages: LETTERS }));
  const since = performance.now();
  await Promise.all(transports.map(async (transport, at) => {
    for (let count = 0; count < LETTERS / AT_ONCE; count += 1) await transport.sendMail({ from: 'a@shop.test', to: `user${at}@inbox.test`, subject: 'Hi', text: LETTER });
    transport.close();
  }));
  return LETTERS / ((performance.now() - since) / 1000);
}

/**
 * Letters per second durably in mailboxes: ours beside Postfix + Dovecot, in the same run.
 *
 * 5 KB letters, 20 sessions, 10 mailboxes; Postfix's own smtp-source is the client for both.
 * By SMTP (Postfix hands over to Dovecot's LMTP; we deliver ourselves) and by LMTP (Dovecot's, ours),
 * with kept connections and with one connection a letter. Rounds alternate, medians are told.
 */
import { globSync } from 'node:fs';
import { startDovecot } from '../peers/dovecot.ts';
import { startPostfix } from '../peers/postfix.ts';
import { serialLatencies } from './serial.ts';
import { freePort } from '../witness/lib/ports.ts';
import { startServe, temporaryFolder } from '../witness/lib/posthorn.ts';
import type { ServedHost } from '../witness/lib/posthorn.ts';
import { run } from '../witness/lib/program.ts';

const MAILBOXES = 10;
const SESSIONS = 20;
const LETTER_OCTETS = 5000;
const ROUNDS = 3;
const SERIAL_LETTERS = 100;

interface Shot {
  readonly protocol: 'smtp' | 'lmtp';
  readonly isKept: boolean;
  readonly port: number;
  readonly letters: number;
}

/** All letters accepted; one client process a mailbox, two sessions each. */
async function shoot({ protocol, isKept, port, letters }: Shot): Promise<void> {
  await Promise.all(Array.from({ length: MAILBOXES }, (_, index) => run('smtp-source', [
    ...(protocol === 'lmtp' ? ['-L'] : []), ...(isKept ? ['-d'] : []),
    '-s', String(SESSIONS / MAILBOXES), '-m', String(letters / MAILBOXES), '-l', String(LETTER_OCTETS),
    '-f', 'ann@ash.test', '-t', `user${index}@oak.test`, `inet:127.0.0.1:${port}`,
  ])));
}

/** Letters per second from the first connection until `inMailboxes` says that all are there. */
async function measure(shot: Shot, inMailboxes: () => Promise<number>): Promise<number> {
  const before = await inMailboxes();
  const start = performance.now();
  await shoot(shot);
  while (await inMailboxes() - before < shot.letters) await new Promise((resolve) => setTimeout(resolve, 20));
  return shot.letters / (performance.now() - start) * 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function toml(isJudging: boolean, dnsPort: number): string {
  const listener = (protocol: string): string => `[[listener]]\nprotocol = "${protocol}"\naddress = "127.0.0.1:0"\n`;
  return `hostname = "oak.test"\ndata = "data"\n[[domain]]\nname = "oak.test"\n${['smtp', 'lmtp', 'http'].map(listener).join('')}
[dns]\nservers = ["127.0.0.1:${dnsPort}"]\n[trust]\njudge = ${isJudging}\n`;
}

const ACCOUNTS = Object.fromEntries(Array.from({ length: MAILBOXES }, (_, index) => [`user${index}@oak.test`, 'secret-of-a-user']));

/** How many letters a host of ours has placed, by its own metrics. */
async function placed(host: ServedHost): Promise<number> {
  const { host: address, port } = host.at('http');
  const text = await (await fetch(`http://${address}:${port}/metrics`)).text();
  return Number(/^posthorn_copies_placed_total(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? Number.NaN);
}

/** Who waits for each of his letters: rounds alternate, all latencies of a side together. */
async function compareSerial(theirPort: number, ourPort: number): Promise<void> {
  const took: Record<'theirs' | 'ours', number[]> = { theirs: [], ours: [] };
  const shot = { recipient: 'user0@oak.test', letters: SERIAL_LETTERS, octets: LETTER_OCTETS };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const theirs = await serialLatencies({ ...shot, port: theirPort });
    const mine = await serialLatencies({ ...shot, port: ourPort });
    // The first round warms both sides up.
    if (round > 0) took.theirs.push(...theirs);
    if (round > 0) took.ours.push(...mine);
  }
  const at = (values: readonly number[], share: number): number => values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? Number.NaN;
  console.log('\none client that waits for each letter, ms from MAIL to 250');
  for (const [name, share] of [['median', 0.5], ['p99', 0.99]] as const) {
    const [theirs, mine] = [at(took.theirs, share), at(took.ours, share)];
    console.log(`${name.padEnd(10)}Postfix ${theirs.toFixed(2)}   Posthorn ${mine.toFixed(2)}   ours over theirs ${(mine / theirs).toFixed(2)}`);
  }
}

/** `pnpm bench receive [LETTERS]` (a multiple of 20): letters a round for the peer; ours gets four times as many. */
export async function benchReceive(words: readonly string[]): Promise<void> {
  const letters = Number(words[0] ?? 1000);
  await using folder = await temporaryFolder();
  await using peerFolder = await temporaryFolder();
  const [lmtpPort, smtpPort, nowhere] = [await freePort(), await freePort(), await freePort()];
  await using dovecot = await startDovecot(peerFolder.path, lmtpPort);
  await using _ = await startPostfix({
    folder: peerFolder.path, hostname: 'oak.test', address: '127.0.0.1', port: smtpPort,
    main: ['virtual_mailbox_domains = oak.test', `virtual_transport = lmtp:inet:127.0.0.1:${lmtpPort}`],
  });
  await using ours = await startServe(folder.path, toml(false, nowhere), ACCOUNTS);
  const inMaildirs = async (): Promise<number> => globSync(`${dovecot.mail}/*/new/*`).length;
  console.log(`${LETTER_OCTETS} octets a letter, ${SESSIONS} sessions, ${MAILBOXES} mailboxes; medians of ${ROUNDS} rounds, letters/s\n`);
  console.log('way   connections   Postfix+Dovecot   Posthorn   ratio');
  for (const protocol of ['smtp', 'lmtp'] as const) {
    for (const isKept of [true, false]) {
      const theirs: number[] = [];
      const mine: number[] = [];
      // Warm on both sides: processes forked, code compiled.
      await measure({ protocol, isKept, port: protocol === 'smtp' ? smtpPort : lmtpPort, letters: letters / 2 }, inMaildirs);
      await measure({ protocol, isKept, port: ours.at(protocol).port, letters: letters * 2 }, () => placed(ours));
      for (let round = 0; round < ROUNDS; round += 1) {
        theirs.push(await measure({ protocol, isKept, port: protocol === 'smtp' ? smtpPort : lmtpPort, letters }, inMaildirs));
        mine.push(await measure({ protocol, isKept, port: ours.at(protocol).port, letters: letters * 4 }, () => placed(ours)));
      }
      console.log(`${protocol.padEnd(6)}${(isKept ? 'kept' : 'one a letter').padEnd(14)}${median(theirs).toFixed(0).padStart(15)}${median(mine).toFixed(0).padStart(11)}${(median(mine) / median(theirs)).toFixed(1).padStart(8)}`);
    }
  }
  await compareSerial(smtpPort, ours.at('smtp').port);
  await using judgeFolder = await temporaryFolder();
  await using judging = await startServe(judgeFolder.path, toml(true, nowhere), ACCOUNTS);
  const judged = await measure({ protocol: 'smtp', isKept: true, port: judging.at('smtp').port, letters }, () => placed(judging));
  console.log(`\nOur MX with judging on (SPF, DKIM, DMARC, iprev; its DNS answers nothing at once), kept connections: ${judged.toFixed(0)} letters/s`);
}

/**
 * Measures the store alone: letters accepted per second, durably, at 1, 20 and 64 in flight.
 *
 * 5 KB letters to ten mailboxes, each with a prefix of ours, two ledger entries and a belief.
 * `node scripts/bench/store.ts`, or `run()` from the other benchmarks.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StructureParser } from '../../packages/mail/src/structure-parser.ts';
import { type MessageSummary, summarize } from '../../packages/mail/src/summary.ts';
import type { Account } from '../../packages/store/src/accounts.ts';
import { letterId } from '../../packages/store/src/ids.ts';
import { openSqliteStore } from '../../packages/store/src/sqlite/open.ts';
import type { Store } from '../../packages/store/src/store.ts';
import { silentLog } from '../../packages/world/src/log.ts';
import { realClock } from '../../packages/world/src/node/clock.ts';
import { measureBytes } from './bytes.ts';
import { measureGrowth } from './growth.ts';
import { bytesTable, growthTable, reportBytes, reportGrowth } from './report.ts';

const MAILBOXES = 10;
const LETTER_OCTETS = 5 * 1024;
const IN_FLIGHT = [1, 20, 64];
const SECONDS = 5;

export interface StoreResult {
  readonly inFlight: number;
  readonly letters: number;
  readonly perSecond: number;
  readonly walOctets: number;
}

/** Opens a store in a new folder under `parent`, measures, and removes it again. */
export async function run({ parent = tmpdir(), seconds = SECONDS }: { readonly parent?: string; readonly seconds?: number } = {}): Promise<readonly StoreResult[]> {
  const folder = mkdtempSync(join(parent, 'posthorn-bench-'));
  const store = await openSqliteStore({ path: folder, clock: realClock, log: silentLog });
  try {
    const accounts: Account[] = [];
    for (let index = 0; index < MAILBOXES; index += 1) {
      const { account } = await store.accounts.add({ address: `user${index}@elm.test`, at: realClock.now() });
      accounts.push(account);
    }
    const results: StoreResult[] = [];
    for (const inFlight of IN_FLIGHT) results.push(await measure({ store, accounts, inFlight, seconds }));
    return results;
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measurement {
  readonly store: Store;
  readonly accounts: readonly Account[];
  readonly inFlight: number;
  readonly seconds: number;
}

async function measure({ store, accounts, inFlight, seconds }: Measurement): Promise<StoreResult> {
  const letter = makeLetter();
  const summary = summaryOf(letter);
  const start = performance.now();
  const end = start + seconds * 1000;
  let letters = 0;
  const session = async (): Promise<void> => {
    while (performance.now() < end) {
      const account = accounts[letters % accounts.length];
      letters += 1;
      if (account !== undefined) await deliver(store, { account, letter, summary });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, session));
  const { walOctets } = await store.counts();
  return { inFlight, letters, perSecond: Math.round(letters / ((performance.now() - start) / 1000)), walOctets };
}

async function deliver(store: Store, { account, letter, summary }: { readonly account: Account; readonly letter: Buffer; readonly summary: MessageSummary }): Promise<void> {
  const intake = store.contents.receive();
  await intake.write(letter);
  const content = await intake.finish();
  const at = realClock.now();
  const id = letterId(randomBytes(10).toString('hex'));
  const received = `Received: from mx.ash.test (mx.ash.test [192.0.2.1]) by mx.elm.test with ESMTPS id ${id}; Tue, 24 Nov 2026 00:00:00 +0000\r\n`;
  const answer = await store.accept({
    letter: id,
    at,
    sender: 'ann@ash.test',
    content,
    cuts: [],
    summary,
    placements: [{
      account: account.id, mailbox: 'INBOX', flags: [], internalDate: at, recipient: account.address,
      prefix: Buffer.from(`Return-Path: <ann@ash.test>\r\nDelivered-To: ${account.address}\r\n${received}`),
    }],
    ledger: [
      { at, letter: id, act: 'accepted', detail: { listener: 'mx', client: '192.0.2.1', helo: 'mx.ash.test', tls: 'TLSv1.3' } },
      { at, letter: id, account: account.id, recipient: account.address, act: 'placed', detail: { mailbox: 'INBOX' } },
    ],
    beliefs: [{ kind: 'account', address: account.address, account: account.id }],
  });
  if (answer.kind !== 'accepted') throw new Error('nothing changes while we measure');
}

/** Half of it words, half of it base64, as letters are. */
function makeLetter(): Buffer {
  const header = 'From: Ann <ann@ash.test>\r\nTo: Eve <eve@elm.test>\r\nSubject: The plan for Thursday\r\nMessage-ID: <plan@ash.test>\r\n'
    + 'Date: Tue, 24 Nov 2026 00:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n';
  const words = 'We meet at the old oak at nine and walk along the river, if the weather holds.\r\n'.repeat(LETTER_OCTETS / 160);
  const rest = randomBytes(LETTER_OCTETS).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
  return Buffer.from((header + words + rest).slice(0, LETTER_OCTETS - 2) + '\r\n');
}

function summaryOf(letter: Buffer): MessageSummary {
  const parser = new StructureParser();
  parser.push(letter);
  const { structure, header } = parser.end();
  return summarize({ prefix: Buffer.alloc(0), header, cuts: [], structure });
}

/** Sizes of the mailboxes that are compared. */
const SIZES = [1000, 10_000, 100_000, 1_000_000];

/**
 * `pnpm bench store [accept|bytes|growth [SIZE…]]`: all of it, or a part. What bytes and growth
 * find is written into docs/performance.md.
 */
export async function benchStore([part, ...words]: readonly string[] = []): Promise<void> {
  const isAsked = (name: string): boolean => part === undefined || part === name;
  if (isAsked('accept')) await benchAccept();
  if (isAsked('bytes')) {
    const result = await measureBytes();
    print(bytesTable(result));
    reportBytes(result);
  }
  if (isAsked('growth')) {
    const results = await measureGrowth(words.length > 0 ? words.map(Number) : SIZES, (line) => print([line]));
    print(growthTable(results));
    reportGrowth(results);
  }
}

async function benchAccept(): Promise<void> {
  for (const { inFlight, letters, perSecond, walOctets } of await run()) {
    print([`${`${inFlight}`.padStart(3)} in flight: ${`${perSecond}`.padStart(6)} letters/s (${letters} letters, WAL ${Math.round(walOctets / 1e6)} MB)`]);
  }
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

if (import.meta.main) await benchStore(process.argv.slice(2));

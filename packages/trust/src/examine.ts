/**
 * Asks mailauth about a letter: SPF, DKIM, DMARC, by the letter of their RFCs.
 *
 * Loading this module loads mailauth, which takes a fifth of a second: import it late.
 * What is bounded here because mailauth does not: the header, the number of signatures
 * (each costs a hash of the body, a DNS question and a verification) and the content.
 */
import { Readable } from 'node:stream';
import { parseHeader } from '@posthorn/mail/header.ts';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { dmarc } from 'mailauth/lib/dmarc/index.js';
import { spf } from 'mailauth/lib/spf/index.js';
import type { Lookup } from './dns-lookup.ts';
import type { DkimFinding, DmarcFinding, Findings, SpfFinding } from './findings.ts';
import { HeaderReader } from './header-reader.ts';
import type { DkimResult, DmarcResult, JudgeRequest, SpfResult } from './judge.ts';

export interface Examination extends JudgeRequest {
  /** Milliseconds since 1970: signatures expire. */
  readonly now: number;
  readonly lookup: Lookup;
}

/** More of a letter than this is not hashed: its signatures cannot be verified then. */
const CONTENT_OCTETS_MAX = 134_217_728;
const HEADER_OCTETS_MAX = 1_048_576;
/** The uppermost count; the others are treated as if they were not there. */
const SIGNATURES_MAX = 10;

/** What dkimVerify reports, as far as we look. */
type DkimReport = Awaited<ReturnType<typeof dkimVerify>>;

/** Throws what `content` throws, and what mailauth should not. */
export async function examine(examination: Examination): Promise<Findings> {
  const { remoteAddress, heloName, sender, hostname, now, lookup, content } = examination;
  const resolver = createAsker(lookup);
  // Asks while the letter still streams; should the letter fail first, nobody waits for it.
  const asking = spf({ ip: remoteAddress, helo: heloName, sender, mta: hostname, resolver, strict: true });
  asking.catch(() => {});
  const seen = { isCutShort: false };
  const letter = Readable.from(bounded(content, seen), { objectMode: false });
  const report = await dkimVerify(letter, { resolver, curTime: new Date(now), strict: true });
  const { status, domain } = await asking;
  const spfFinding: SpfFinding = { result: spfResult(status.result), domain };
  const dkim = report.results.filter((result) => result.signingDomain !== undefined).map((result) => dkimFinding(result, seen.isCutShort));
  const policy = await dmarcFinding(report, spfFinding, dkim, resolver);
  return {
    spf: spfFinding,
    dkim,
    // Of a letter not read to its end it is not known that it fails.
    dmarc: seen.isCutShort && policy.result === 'fail' ? { ...policy, result: 'temperror', reason: 'letter too large' } : policy,
  };
}

function dkimFinding({ status, signingDomain, selector, algo, signature }: DkimReport['results'][number], isCutShort: boolean): DkimFinding {
  const finding = {
    result: dkimResult(status.result),
    domain: signingDomain ?? '',
    selector: selector ?? '',
    algorithm: algo ?? '',
    signature: (signature ?? '').replaceAll(/\s/g, '').slice(0, 8),
    reason: typeof status.comment === 'string' ? status.comment : '',
  };
  if (isCutShort && finding.result === 'fail') return { ...finding, result: 'policy', reason: 'letter too large' };
  // RFC 6376 §8.2: under `l=` anything may have been appended. What is not signed is not vouched for.
  if (finding.result === 'pass' && (status.underSized ?? 0) > 0) return { ...finding, result: 'policy', reason: 'body is signed in part only' };
  return finding;
}

async function dmarcFinding(report: DkimReport, spfFinding: SpfFinding, dkim: readonly DkimFinding[], resolver: Asker): Promise<DmarcFinding> {
  const { headerFrom, fromFields } = report;
  const found = await dmarc({
    headerFrom,
    fromFields,
    spfDomains: spfFinding.result === 'pass' ? [spfFinding.domain] : [],
    dkimDomains: dkim.filter(({ result }) => result === 'pass').map(({ domain }) => ({ domain })),
    resolver,
    strict: true,
  });
  // RFC 9989 §5.3.1: with several authors' domains there is nothing to apply, and something is wrong.
  if (found === false) {
    const isMissing = fromFields === 0;
    return { result: isMissing ? 'none' : 'permerror', domain: '', policy: 'none', reason: isMissing ? 'no author' : 'not one author domain' };
  }
  return {
    result: dmarcResult(found.status.result),
    domain: found.status.header?.from ?? '',
    policy: found.policy === 'reject' || found.policy === 'quarantine' ? found.policy : 'none',
    reason: '',
  };
}

/** The letter, with no more of anything than we want to look at. */
async function* bounded(content: AsyncIterable<Buffer>, seen: { isCutShort: boolean }): AsyncGenerator<Buffer> {
  const reader = new HeaderReader();
  let isBody = false;
  let octets = 0;
  for await (const chunk of content) {
    octets += chunk.length;
    if (isBody) yield chunk;
    else {
      const read = reader.push(chunk);
      isBody = read !== undefined || reader.length > HEADER_OCTETS_MAX;
      if (isBody) yield* fewerSignatures(read?.header ?? reader.end());
      if (read !== undefined && read.body.length > 0) yield read.body;
    }
    if (octets > CONTENT_OCTETS_MAX) {
      seen.isCutShort = true;
      break;
    }
  }
  if (!isBody) yield* fewerSignatures(reader.end());
}

/** Leaves out DKIM-Signatures beyond the first few, and what of a header is beyond its bound. */
function* fewerSignatures(whole: Buffer): Generator<Buffer> {
  const header = whole.subarray(0, HEADER_OCTETS_MAX);
  let at = 0;
  const surplus = parseHeader(header).filter(({ key }) => key === 'dkim-signature').slice(SIGNATURES_MAX);
  for (const { range } of surplus) {
    yield header.subarray(at, range.start);
    at = range.end;
  }
  yield header.subarray(at);
  if (header.length < whole.length) yield Buffer.from('\r\n\r\n');
}

type Asker = NonNullable<NonNullable<Parameters<typeof dkimVerify>[1]>['resolver']>;

/** Our look-ups in the manner of `node:dns`: what is not found is thrown, with a code. */
function createAsker(lookup: Lookup): Asker {
  return async (name, type) => {
    const answer = await lookup(name, type);
    if ('code' in answer) throw Object.assign(new Error(`${answer.code} ${name}`), { code: answer.code });
    const { records } = answer;
    if (!isDeclaredShape(records)) throw new TypeError('records are a list');
    return records;
  };
}

/** mailauth's types forget MX records, which it takes as objects: what is declared is not all that is meant. */
function isDeclaredShape(records: readonly unknown[]): records is string[] {
  return Array.isArray(records);
}

function spfResult(word: string): SpfResult {
  switch (word) {
    case 'none': case 'neutral': case 'pass': case 'fail': case 'softfail': case 'temperror': case 'permerror': return word;
    default: throw new TypeError(`${word} is no result of SPF`);
  }
}

function dkimResult(word: string): DkimResult {
  switch (word) {
    case 'none': case 'pass': case 'fail': case 'policy': case 'neutral': case 'temperror': case 'permerror': return word;
    default: throw new TypeError(`${word} is no result of DKIM`);
  }
}

function dmarcResult(word: string): DmarcResult {
  switch (word) {
    case 'none': case 'pass': case 'fail': case 'temperror': case 'permerror': return word;
    default: throw new TypeError(`${word} is no result of DMARC`);
  }
}

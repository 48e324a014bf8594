/**
 * One judgement from question to verdict, whoever does the examining: in this thread or in
 * another.
 */
import type { Clock, Milliseconds, Timer } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Resolver } from '@posthorn/world/resolver.ts';
import { type Findings, noFindings } from './findings.ts';
import { checkIprev } from './iprev.ts';
import type { JudgeRequest, Verdict } from './judge.ts';
import { writeVerdict } from './verdict.ts';

/** Finds out about a letter; stops when `signal` says that nobody waits any more. */
export type Examine = (request: JudgeRequest, signal: AbortSignal) => Promise<Findings>;

export interface Deliberation {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log: Log;
  readonly examine: Examine;
}

/** From the letter's end to the verdict; the sender waits so long for the answer to its final dot. */
const DELIBERATION_MS_MAX: Milliseconds = 60_000;

/** Throws what the content throws, and nothing else. */
export async function deliberate(request: JudgeRequest, { resolver, clock, log, examine }: Deliberation): Promise<Verdict> {
  const iprev = checkIprev(resolver, request.remoteAddress);
  // Whichever fails first is heard below.
  iprev.catch(() => {});
  const stop = new AbortController();
  const late = Promise.withResolvers<'late'>();
  let timer: Timer | undefined;
  const content = watched(request.content, () => {
    timer = clock.deadline(DELIBERATION_MS_MAX, () => late.resolve('late'));
  });
  try {
    const work = Promise.all([examine({ ...request, content: content.octets }, stop.signal), iprev]);
    const outcome = await Promise.race([work, late.promise]);
    if (outcome === 'late') {
      work.catch(() => {});
      stop.abort();
      log.warn({ sender: request.sender, remoteAddress: request.remoteAddress }, 'judging took too long');
      return writeVerdict(noFindings, { result: 'temperror', name: '' }, request);
    }
    return writeVerdict(...outcome, request);
  } catch (cause) {
    // The letter's own fault is its reader's; that of who examines it is a verdict not reached.
    if (content.fault !== undefined) throw content.fault.cause;
    log.error({ cause, sender: request.sender, remoteAddress: request.remoteAddress }, 'judging failed');
    return writeVerdict(noFindings, { result: 'temperror', name: '' }, request);
  } finally {
    timer?.cancel();
  }
}

/** The same content; tells when it has ended, and what it threw. */
function watched(source: AsyncIterable<Buffer>, onEnd: () => void): { readonly octets: AsyncIterable<Buffer>; readonly fault: { readonly cause: unknown } | undefined } {
  let fault: { readonly cause: unknown } | undefined;
  async function* octets(): AsyncGenerator<Buffer> {
    try {
      yield* source;
    } catch (cause) {
      fault = { cause };
      throw cause;
    } finally {
      onEnd();
    }
  }
  return {
    octets: octets(),
    get fault() {
      return fault;
    },
  };
}

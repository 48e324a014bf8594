/**
 * Carries letters to the server, and tells what became of them.
 */
import type { Readable } from 'node:stream';
import type { Call } from '../command.ts';
import { jobEvents } from '../event-stream.ts';
import { amount, type ProgressTeller } from '../progress.ts';

export interface Carrying {
  readonly address: string;
  readonly archive: Readable;
  /** How many letters there are; absent where it is not known. */
  readonly count?: number;
  /** Where the letter of a number was found, for people. */
  where(number: number): string;
  /** Told of each letter, when what became of it has happened. */
  arrived?(event: ArrivedLetter): void;
  readonly teller: ProgressTeller;
  readonly isDry: boolean;
}

export interface ArrivedLetter {
  readonly event: 'kept' | 'present' | 'would-keep' | 'refused';
  readonly number: number;
  readonly sha256?: string;
  readonly detail?: string;
}

export interface CarryReport {
  readonly kept: number;
  readonly present: number;
  readonly refused: number;
  readonly octets: number;
}

const TAR = 'application/x-tar';
const REFUSALS_TOLD = 20;

/** Exit status 1 when a letter was refused. */
export async function carry(call: Call, socketPath: string, { address, archive, count, where, arrived, teller, isDry }: Carrying): Promise<CarryReport> {
  const path = `/rest/v1/accounts/${encodeURIComponent(address)}/archive?dry=${isDry}`;
  let done = 0;
  let refusals = 0;
  for await (const event of jobEvents(socketPath, { path, body: { type: TAR, stream: archive } })) {
    if (isReport(event)) return event;
    if (!isArrived(event)) continue;
    done += 1;
    arrived?.(event);
    teller.tell({ task: isDry ? 'comparing letters' : 'keeping letters', done, ...count === undefined ? {} : { total: count }, unit: 'letters' });
    if (event.event !== 'refused') continue;
    refusals += 1;
    teller.end();
    if (refusals <= REFUSALS_TOLD) call.io.stderr.write(`posthorn: not kept: ${where(event.number)}: ${event.detail ?? ''}\n`);
  }
  throw new Error('a job ends with what it did');
}

export function tellCarried({ kept, present, refused, octets }: CarryReport, isDry: boolean): string {
  return `${isDry ? 'Would keep' : 'Kept'} ${kept} letters; ${present} were there already${refused === 0 ? '' : `; ${refused} were refused`}; ${amount(octets, 'octets')} in all.\n`;
}

function isReport(event: object): event is CarryReport {
  return 'kept' in event && 'present' in event && 'refused' in event;
}

function isArrived(event: object): event is ArrivedLetter {
  return 'number' in event && 'event' in event;
}

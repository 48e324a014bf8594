/**
 * A mail program that believes what it is told, keeps it, and complains when it makes no sense.
 *
 * It speaks one of the dialects: by sequence number, with modseqs, with VANISHED, by UID alone.
 */
import type { Client } from './transcript.ts';

/** How it speaks; what it enables. */
export interface Manner {
  readonly enables: readonly string[];
  readonly isUidOnly: boolean;
  readonly canResync: boolean;
}

/** What it knows of a message; a UID that it has not asked for yet is absent. */
interface Known {
  uid?: number;
  flags: string;
}

export class MailProgram {
  readonly manner: Manner;
  /** By sequence number less one; of who knows no numbers, by UID. */
  known: Known[] = [];
  readonly complaints: string[] = [];
  readonly #client: Client;
  readonly #mailbox: string;
  readonly #modseqs = new Map<number, { readonly modseq: number; readonly flags: string }>();
  #uidValidity = '';
  #highestModseq = 0;
  #told = 0;
  #tags = 0;

  constructor(client: Client, mailbox: string, manner: Manner) {
    this.#client = client;
    this.#mailbox = mailbox;
    this.manner = manner;
  }

  /** Opens the mailbox for the first time and asks for all of it. */
  async open(): Promise<void> {
    await this.say(`SELECT ${this.#mailbox}`);
    await this.#ask();
  }

  /** Leaves, and comes back with what it knows. RFC 7162 §3.2.5. */
  async comeBack(): Promise<void> {
    const since = this.#highestModseq;
    const before = new Map(this.known.map((one) => [one.uid, one]));
    await this.say('UNSELECT');
    this.known = [];
    const lines = await this.say(`SELECT ${this.#mailbox} (QRESYNC (${this.#uidValidity} ${since}))`, { isEarlierAllowed: true });
    const gone = new Set(lines.flatMap((line) => uidsOf(/^\* VANISHED \(EARLIER\) (.*)$/.exec(line)?.[1] ?? '')));
    // What it has not been told of is as it was; what it knew nothing of it must have been told.
    const told = new Map(this.known.flatMap((one) => (one.uid === undefined ? [] : [[one.uid, one] as const])));
    const kept = [...before.values()].filter(({ uid }) => uid !== undefined && !gone.has(uid) && !told.has(uid));
    const merged = [...kept, ...told.values()].toSorted((a, b) => (a.uid ?? 0) - (b.uid ?? 0));
    this.#must(merged.length === this.#told, `${merged.length} messages after a resynchronization, of ${this.#told}`);
    this.known = merged;
  }

  /** Says a command, hears the answer, and asks for what is new. */
  async do(command: string, options: { readonly isExpungeForbidden?: boolean } = {}): Promise<readonly string[]> {
    const lines = await this.say(command, options);
    if (this.#isBehind) await this.#ask();
    return lines;
  }

  async say(command: string, { isExpungeForbidden = false, isEarlierAllowed = false }: {
    readonly isExpungeForbidden?: boolean;
    readonly isEarlierAllowed?: boolean;
  } = {}): Promise<readonly string[]> {
    const lines = await this.#client.command(`t${this.#tags++}`, command);
    // What follows a literal belongs to the response that bears it.
    for (const response of lines.join('\n').split(/\n(?=\* |t\d+ )/)) this.#hear(response, { command, isExpungeForbidden, isEarlierAllowed });
    return lines;
  }

  get #isBehind(): boolean {
    return this.manner.isUidOnly ? this.known.length !== this.#told : this.known.some(({ uid }) => uid === undefined);
  }

  async #ask(): Promise<void> {
    const last = this.known.reduce((most, { uid }) => Math.max(most, uid ?? 0), 0);
    await this.say(`UID FETCH ${last + 1}:* (FLAGS)`);
    this.#must(!this.#isBehind, `after asking it knows ${this.known.length} of ${this.#told}`);
  }

  #hear(line: string, { command, isExpungeForbidden, isEarlierAllowed }: { readonly command: string; readonly isExpungeForbidden: boolean; readonly isEarlierAllowed: boolean }): void {
    const said = (what: string): string => `${what} at "${command}": ${line}`;
    const uidValidity = /\[UIDVALIDITY (\d+)\]/.exec(line)?.[1];
    if (uidValidity !== undefined) this.#uidValidity = uidValidity;
    const highest = /\[HIGHESTMODSEQ (\d+)\]/.exec(line)?.[1];
    if (highest !== undefined) this.#raise(Number(highest), said('HIGHESTMODSEQ falls'));
    const [, number, what, rest = ''] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH|UIDFETCH) ?(.*)$/s.exec(line) ?? [];
    const at = Number(number);
    switch (what) {
      case 'EXISTS':
        this.#told = at;
        while (!this.manner.isUidOnly && this.known.length < at) this.known.push({ flags: '?' });
        return;
      case 'EXPUNGE':
        this.#must(!isExpungeForbidden, said('an untimely EXPUNGE'));
        this.#must(at >= 1 && at <= this.known.length, said('an EXPUNGE of nothing'));
        this.known.splice(at - 1, 1);
        this.#told -= 1;
        return;
      case 'FETCH':
      case 'UIDFETCH':
        this.#must((what === 'UIDFETCH') === this.manner.isUidOnly, said('the wrong kind of FETCH'));
        this.#learn(at, rest, said('a FETCH that makes no sense'));
        return;
      default: break;
    }
    const [, earlier, set] = /^\* VANISHED (\(EARLIER\) )?(.*)$/.exec(line) ?? [];
    if (set === undefined) return;
    this.#must(earlier === undefined || isEarlierAllowed, said('an EARLIER that nobody asked for'));
    if (earlier !== undefined) return;
    this.#must(!isExpungeForbidden, said('an untimely VANISHED'));
    const gone = new Set(uidsOf(set));
    const before = this.known.length;
    this.known = this.known.filter(({ uid }) => uid === undefined || !gone.has(uid));
    this.#must(before - this.known.length === gone.size, said('a VANISHED of what was not there'));
    this.#told -= gone.size;
  }

  #learn(number: number, items: string, complaint: string): void {
    const uid = this.manner.isUidOnly ? number : Number(/UID (\d+)/.exec(items)?.[1] ?? NaN);
    const flags = /FLAGS \(([^)]*)\)/.exec(items)?.[1];
    const modseq = /MODSEQ \((\d+)\)/.exec(items)?.[1];
    let one = this.manner.isUidOnly ? this.known.find((known) => known.uid === number) : this.known[number - 1];
    if (this.manner.isUidOnly && one === undefined) {
      one = { uid: number, flags: '?' };
      this.known.push(one);
    }
    if (one === undefined) return this.#must(false, complaint);
    if (!Number.isNaN(uid)) {
      this.#must((one.uid ?? uid) === uid, complaint);
      one.uid = uid;
    }
    if (flags !== undefined) one.flags = sorted(flags.split(' '));
    if (modseq === undefined || one.uid === undefined) return undefined;
    const before = this.#modseqs.get(one.uid);
    this.#must(before === undefined || Number(modseq) >= before.modseq, `${complaint}: a MODSEQ falls`);
    this.#must(before === undefined || flags === undefined || before.flags === one.flags || Number(modseq) > before.modseq, `${complaint}: other flags under the same MODSEQ`);
    if (flags !== undefined) this.#modseqs.set(one.uid, { modseq: Number(modseq), flags: one.flags });
    return undefined;
  }

  #raise(modseq: number, complaint: string): void {
    this.#must(modseq >= this.#highestModseq, complaint);
    this.#highestModseq = modseq;
  }

  #must(isSo: boolean, complaint: string): void {
    if (!isSo) this.complaints.push(complaint);
  }
}

/** As they are compared: \Recent is each session's own. */
export function sorted(flags: Iterable<string>): string {
  return [...flags].filter((flag) => flag !== '' && flag !== '\\Recent').sort().join(' ');
}

function uidsOf(set: string): readonly number[] {
  return set === '' ? [] : set.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split(':').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

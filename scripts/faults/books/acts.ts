/**
 * What sessions do to the books in the fault tests, and what the books must hold after it.
 *
 * Each session has an account of its own, so that what its mailboxes hold follows from its own
 * acts; only the account of everybody is shared.
 */
import { createHash } from 'node:crypto';
import type { Random } from '../../../packages/world/src/random.ts';

export const SESSIONS = ['a', 'b', 'c', 'd'] as const;
export type SessionName = (typeof SESSIONS)[number];
export const SHARED = 'everybody@elm.test';
export const MAILBOXES = ['INBOX', 'Work'] as const;
export type MailboxName = (typeof MAILBOXES)[number];

export type Act =
  | { readonly kind: 'accept'; readonly id: string; readonly isShared: boolean; readonly isOnward: boolean }
  | { readonly kind: 'append'; readonly id: string; readonly mailbox: MailboxName }
  | { readonly kind: 'flags'; readonly mailbox: MailboxName; readonly uids: readonly number[]; readonly how: 'add' | 'remove'; readonly flag: string }
  | { readonly kind: 'expunge'; readonly mailbox: MailboxName; readonly uids: readonly number[] }
  | { readonly kind: 'copy' | 'move'; readonly mailbox: MailboxName; readonly uids: readonly number[]; readonly target: MailboxName };

export interface Held {
  readonly id: string;
  readonly flags: readonly string[];
}

export interface MailboxState {
  readonly uidNext: number;
  readonly letters: ReadonlyMap<number, Held>;
}

/** What a session's mailboxes hold. */
export type State = Readonly<Record<MailboxName, MailboxState>>;

export const BEGINNING: State = { INBOX: { uidNext: 1, letters: new Map() }, Work: { uidNext: 1, letters: new Map() } };

export function addressOf(session: SessionName): string {
  return `${session}@elm.test`;
}

/** The address that a letter goes on to; its own, so that no two errands are one. */
export function onwardAddress(id: string): string {
  return `${id}@oak.test`;
}

/** What it holds after the act. */
export function after(state: State, act: Act): State {
  switch (act.kind) {
    case 'accept': return { ...state, INBOX: put(state.INBOX, [{ id: act.id, flags: [] }]) };
    case 'append': return { ...state, [act.mailbox]: put(state[act.mailbox], [{ id: act.id, flags: [] }]) };
    case 'flags': return { ...state, [act.mailbox]: flagged(state[act.mailbox], act) };
    case 'expunge': return { ...state, [act.mailbox]: without(state[act.mailbox], act.uids.filter((uid) => heldAt(state, act.mailbox, uid).flags.includes('\\Deleted'))) };
    case 'copy':
    case 'move': {
      const target = put(state[act.target], act.uids.map((uid) => heldAt(state, act.mailbox, uid)));
      const copied = { ...state, [act.target]: target };
      return act.kind === 'copy' ? copied : { ...copied, [act.mailbox]: without(state[act.mailbox], act.uids) };
    }
    default: throw new Error(`unknown act ${String(act satisfies never)}`);
  }
}

function heldAt(state: State, mailbox: MailboxName, uid: number): Held {
  const held = state[mailbox].letters.get(uid);
  if (held === undefined) throw new Error(`there is no UID ${uid} in ${mailbox}`);
  return held;
}

function put({ uidNext, letters }: MailboxState, more: readonly Held[]): MailboxState {
  return { uidNext: uidNext + more.length, letters: new Map([...letters, ...more.map((held, index) => [uidNext + index, held] as const)]) };
}

function without({ uidNext, letters }: MailboxState, uids: readonly number[]): MailboxState {
  return { uidNext, letters: new Map([...letters].filter(([uid]) => !uids.includes(uid))) };
}

function flagged({ uidNext, letters }: MailboxState, { uids, how, flag }: Extract<Act, { readonly kind: 'flags' }>): MailboxState {
  return {
    uidNext,
    letters: new Map([...letters].map(([uid, held]) => {
      if (!uids.includes(uid)) return [uid, held];
      const others = held.flags.filter((other) => other !== flag);
      return [uid, { ...held, flags: how === 'add' ? [...others, flag] : others }];
    })),
  };
}

/** For comparing, and for people. */
export function tellMailbox({ uidNext, letters }: MailboxState): string {
  return `${[...letters].map(([uid, { id, flags }]) => `${uid}:${id}${flags.toSorted().join('')}`).join(' ')} next ${uidNext}`;
}

export function tellState(state: State): string {
  return MAILBOXES.map((name) => tellMailbox(state[name])).join(' / ');
}

/** What a session does next: mostly letters come, and what is there is read, moved and thrown away. */
export function nextAct(random: Random, { state, id }: { readonly state: State; readonly id: string }): Act {
  const dice = random.fraction();
  const mailbox = pick(random, MAILBOXES);
  const uids = [...state[mailbox].letters.keys()].filter(() => random.fraction() < 0.3).slice(0, 5);
  const target = mailbox === 'INBOX' ? 'Work' : 'INBOX';
  if (dice < 0.5 || uids.length === 0) return { kind: 'accept', id, isShared: random.fraction() < 0.3, isOnward: random.fraction() < 0.4 };
  if (dice < 0.6) return { kind: 'append', id, mailbox };
  if (dice < 0.75) return { kind: 'flags', mailbox, uids, how: random.fraction() < 0.8 ? 'add' : 'remove', flag: pick(random, ['\\Seen', '\\Deleted', '\\Deleted', 'work']) };
  if (dice < 0.85) return { kind: 'expunge', mailbox, uids };
  return { kind: dice < 0.92 ? 'copy' : 'move', mailbox, uids, target };
}

export function pick<T>(random: Random, choices: readonly T[]): T {
  const choice = choices[Math.floor(random.fraction() * choices.length)];
  if (choice === undefined) throw new Error('nothing to pick from');
  return choice;
}

/** More than is kept in the table, some more than one frame. */
const LARGE_OCTETS = [70_000, 90_000, 300_000];
const SMALL_OCTETS_MAX = 6_000;
const LINE = 76;

const made = new Map<string, Buffer>();

/** The octets of a letter follow from its id. They cannot be compressed, so that each is somewhere on the disk. */
export function octetsOf(id: string): Buffer {
  const octets = made.get(id) ?? makeOctets(id);
  made.set(id, octets);
  return octets;
}

function makeOctets(id: string): Buffer {
  const digest = createHash('sha256').update(id).digest();
  const isLarge = digest.readUInt8(0) < 24;
  const octets = isLarge ? LARGE_OCTETS[digest.readUInt8(1) % LARGE_OCTETS.length] ?? 0 : 200 + digest.readUInt16LE(2) % SMALL_OCTETS_MAX;
  const noise: Buffer[] = [];
  for (let block = 0; block * 64 < octets; block += 1) noise.push(createHash('sha512').update(`${id} ${block}`).digest());
  const text = Buffer.concat(noise).toString('base64').slice(0, octets).replaceAll(new RegExp(`.{${LINE}}`, 'g'), '$&\r\n');
  return Buffer.from(`From: ann@ash.test\r\nTo: eve@elm.test\r\nSubject: ${id}\r\nMessage-ID: <${id}@ash.test>\r\nDate: Mon, 23 Nov 2026 12:00:00 +0000\r\n\r\n${text}\r\n`);
}

/**
 * APPEND and REPLACE: letters put into a mailbox by its owner.
 *
 * What is wrong is said before the client sends a literal, where it waits for us to agree. The
 * octets are kept as they come; several letters are put in together or not at all.
 *
 * RFC 9051 §6.3.12; RFC 4315 (APPENDUID), RFC 3502 (MULTIAPPEND), RFC 4469 (CATENATE),
 * RFC 3516 §4.4 (BINARY), RFC 8508 (REPLACE).
 */
import { appendUidCode, untagged } from '@posthorn/imap/response.ts';
import { flagKey } from '@posthorn/mail/flags.ts';
import { type Uid, letterId } from '@posthorn/store/ids.ts';
import type { AppendedLetter } from '@posthorn/store/messages.ts';
import { identifier } from '@posthorn/world/random.ts';
import type { Access } from '../access.ts';
import { type Exchange, type KnownExchange, type MailboxExchange, inMailbox, known, reaching } from '../exchange.ts';
import { mayFlag } from '../flag-rights.ts';
import { LetterDraft } from '../letter-draft.ts';
import { letterByUrl } from '../letter-url.ts';
import { type Reply, bad, no, noPermission, ok, overQuota } from '../reply.ts';
import type { CommandNamed } from './command.ts';
import { concludeRemoval } from './expunge.ts';

const LETTER_ID_LENGTH = 16;
/** In one APPEND: they are kept aside until the last has come. */
const LETTERS_MAX = 100;

export async function append(exchange: Exchange, { mailbox }: CommandNamed<'APPEND'>): Promise<Reply> {
  return withSteps(exchange, (steps) => known(exchange, async (at) => put(at, steps, { name: mailbox })));
}

/** RFC 8508 §3: the new letter comes and the old one goes in one act. */
export async function replace(exchange: Exchange, { isUid, number, mailbox }: CommandNamed<'REPLACE'>): Promise<Reply> {
  return withSteps(exchange, (steps) => inMailbox(exchange, async (at) => {
    const { selected } = at;
    if (selected.isReadOnly) return no('READ-ONLY', 'The mailbox is open for reading only');
    if (!selected.access.may('move out')) return noPermission();
    const [uid] = selected.view.resolve([{ from: number, to: number }], isUid) ?? [];
    if (uid === undefined) return isUid ? no('NONEXISTENT', 'There is no message of that UID') : bad('There is no message of that number');
    return put(at, steps, { name: mailbox, replacing: { at, uid } });
  }));
}

/** The steps of the command, and whether they have all been heard. */
interface Steps {
  isOver: boolean;
}

/** Whatever comes of it, the reader is brought to the end of the command. */
async function withSteps({ peer }: Exchange, run: (steps: Steps) => Promise<Reply>): Promise<Reply> {
  const steps: Steps = { isOver: false };
  try {
    return await run(steps);
  } finally {
    if (!steps.isOver) peer.refuseAppend();
  }
}

interface Target {
  readonly name: string;
  readonly replacing?: { readonly at: MailboxExchange; readonly uid: Uid };
}

async function put(exchange: KnownExchange, steps: Steps, { name, replacing }: Target): Promise<Reply> {
  return reaching(exchange, { name, purpose: 'append', absent: 'TRYCREATE' }, async (access) => putInto(exchange, steps, { access, ...(replacing === undefined ? {} : { replacing }) }));
}

async function putInto(exchange: KnownExchange, steps: Steps, { access, replacing }: Pick<Target, 'replacing'> & { readonly access: Access }): Promise<Reply> {
  const { session, out } = exchange;
  const { store, directory, clock } = session.services;
  const drafts: LetterDraft[] = [];
  try {
    const refusal = await take(exchange, steps, drafts);
    if (refusal !== undefined) return refusal;
    if (replacing !== undefined && drafts.length > 1) return bad('One letter takes the place of one');
    const letters: AppendedLetter[] = [];
    for (const draft of drafts) letters.push(await finished(exchange, draft, access));
    const replaces = replacing === undefined ? {} : { replaces: { ...replacing.at.selected.key, uid: replacing.uid } };
    const limits = await directory.limitsOf(access.key.account);
    const answer = await store.messages.appendMany({
      ...access.key, letters, at: clock.now(), ...replaces, ...(limits === undefined ? {} : { limits }),
    });
    switch (answer.kind) {
      case 'no-mailbox': return noMailbox();
      case 'over-quota': return overQuota();
      case 'no-message': return no('EXPUNGEISSUED', 'That message is gone');
      case 'appended': break;
      default: return answer satisfies never;
    }
    if (session.state.kind === 'selected') session.state.selected.ring();
    const code = appendUidCode(answer.uidValidity, answer.uids);
    if (replacing === undefined) return ok('APPEND done', code);
    // RFC 8508 §3.3: before the EXPUNGE.
    out.write(untagged(ok('Replaced', code)));
    return await concludeRemoval(replacing.at, 'REPLACE done');
  } finally {
    for (const draft of drafts) await draft.discard();
  }
}

async function finished({ session }: KnownExchange, draft: LetterDraft, access: Access): Promise<AppendedLetter> {
  const { clock, random } = session.services;
  return {
    letter: letterId(identifier(random, LETTER_ID_LENGTH)),
    ...await draft.finish(),
    flags: draft.flags.filter((flag) => flagKey(flag) !== '\\recent' && mayFlag(access, flag)),
    internalDate: draft.internalDate ?? clock.now(),
  };
}

/** Takes letters to the end of the command. What is undefined is well. */
async function take(exchange: KnownExchange, steps: Steps, drafts: LetterDraft[]): Promise<Reply | undefined> {
  const { peer, session } = exchange;
  const { limits, store, log } = session.services;
  for (;;) {
    const heard = await peer.hear(limits.stallMs);
    const draft = drafts.at(-1);
    switch (heard.kind) {
      case 'append-step': {
        const { step } = heard;
        steps.isOver = step.step === 'end';
        if (step.step === 'letter' || step.step === 'end') {
          // RFC 4469: of nothing but empty parts.
          if (draft?.octets === 0) return no('CANNOT', 'That letter is empty');
          if (draft?.isSpoilt === true) return no('UNAVAILABLE', 'That cannot be kept at the moment; try again later');
          if (step.step === 'end') return undefined;
          if (drafts.length === LETTERS_MAX) return no('LIMIT', `No more than ${LETTERS_MAX} letters at a time`);
          drafts.push(new LetterDraft(store.contents, { ...step, log }));
        } else if (draft === undefined) throw new Error('octets of no letter');
        else {
          const refusal = step.step === 'url' ? await copyByUrl(exchange, step.url, draft) : acceptLiteral(exchange, step.octets, draft);
          if (refusal !== undefined) return refusal;
        }
        break;
      }
      case 'literal':
        await draft?.write(heard.chunk);
        break;
      case 'bad':
        steps.isOver = true;
        return bad(heard.text);
      case 'literal-end':
      case 'woken': break;
      default: throw new Error(`a ${heard.kind} inside a letter`);
    }
  }
}

function acceptLiteral({ peer, session }: KnownExchange, octets: number, draft: LetterDraft): Reply | undefined {
  // RFC 3502 §6.3.11: an APPEND of nothing is one taken back.
  if (octets + draft.octets === 0) return no('CANNOT', 'That letter is empty');
  const refusal = tooBig(session.services.limits.messageOctetsMax, draft.octets + octets);
  if (refusal === undefined) peer.acceptLiteral();
  return refusal;
}

/** RFC 4469 §3. */
async function copyByUrl(exchange: KnownExchange, url: string, draft: LetterDraft): Promise<Reply | undefined> {
  const source = await letterByUrl(exchange, url);
  if (source === undefined) return no(`BADURL ${JSON.stringify(url).replaceAll(/[^\x20-\x7e]/g, '?')}`, 'There is no such letter, or part of one');
  const refusal = tooBig(exchange.session.services.limits.messageOctetsMax, draft.octets + source.octets);
  if (refusal !== undefined) return refusal;
  for await (const chunk of source.read()) await draft.write(chunk);
  return undefined;
}

function tooBig(most: number, octets: number): Reply | undefined {
  return octets > most ? no('TOOBIG', `No more than ${most} octets`) : undefined;
}

/** RFC 9051 §6.3.12. */
function noMailbox(): Reply {
  return no('TRYCREATE', 'There is no such mailbox');
}

/**
 * APPEND: a letter put into a mailbox by its owner. RFC 9051 §6.3.12; RFC 4315 (APPENDUID).
 *
 * What is wrong is said before the client sends its literal, where it waits for us to agree.
 * The octets are kept as they come.
 */
import { appendUidCode } from '@posthorn/imap/response.ts';
import { flagKey } from '@posthorn/mail/flags.ts';
import { StructureParser } from '@posthorn/mail/structure-parser.ts';
import { type MessageSummary, summarize } from '@posthorn/mail/summary.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { Intake } from '@posthorn/store/contents.ts';
import { letterId } from '@posthorn/store/ids.ts';
import type { Mailbox } from '@posthorn/store/mailboxes.ts';
import { StoreFault } from '@posthorn/store/store.ts';
import { identifier } from '@posthorn/world/random.ts';
import { type Exchange, known } from '../exchange.ts';
import { type Reply, bad, no, ok, overQuota } from '../reply.ts';
import type { CommandNamed } from './command.ts';

type Append = CommandNamed<'APPEND'>;

const LETTER_ID_LENGTH = 16;

export async function append(exchange: Exchange, command: Append): Promise<Reply> {
  let isAccepted = false;
  try {
    return await known(exchange, async ({ account, session, peer }) => {
      const { store, limits } = session.services;
      if (command.octets > limits.messageOctetsMax) return no('TOOBIG', `No more than ${limits.messageOctetsMax} octets`);
      // RFC 3502 §6.3.11: an APPEND of nothing is one taken back.
      if (command.octets === 0) return no('CANNOT', 'That letter is empty');
      const mailbox = await store.mailboxes.byName(account.id, command.mailbox);
      if (mailbox === undefined) return noMailbox();
      isAccepted = true;
      peer.acceptLiteral();
      return take(exchange, { command, account, mailbox });
    });
  } finally {
    if (!isAccepted) exchange.peer.refuseLiteral();
  }
}

interface Target {
  readonly command: Append;
  readonly account: Account;
  readonly mailbox: Mailbox;
}

async function take(exchange: Exchange, { command, account, mailbox }: Target): Promise<Reply> {
  const { store, directory, clock, random } = exchange.session.services;
  const intake = store.contents.receive();
  let isKept = false;
  try {
    const received = await receive(exchange, intake);
    if ('condition' in received) return received;
    const content = await intake.finish();
    isKept = true;
    const at = clock.now();
    const limits = await directory.limitsOf(account.id);
    const answer = await store.messages.append({
      account: account.id,
      mailbox: mailbox.id,
      letter: letterId(identifier(random, LETTER_ID_LENGTH)),
      content,
      summary: received.summary,
      flags: command.flags.filter((flag) => flagKey(flag) !== '\\recent'),
      internalDate: command.internalDate ?? at,
      at,
      ...(limits === undefined ? {} : { limits }),
    });
    if (answer.kind !== 'appended') {
      await content.discard();
      return answer.kind === 'over-quota' ? overQuota() : noMailbox();
    }
    const { state } = exchange.session;
    if (state.kind === 'selected') state.selected.ring();
    return ok('APPEND done', appendUidCode(answer.uidValidity, answer.uid));
  } finally {
    if (!isKept) await intake.discard();
  }
}

/** Takes the literal to its end, whatever happens: the client cannot be stopped. */
async function receive({ peer, session }: Exchange, intake: Intake): Promise<{ readonly summary: MessageSummary } | Reply> {
  const { limits, log } = session.services;
  const parser = new StructureParser();
  let isFull = false;
  for (;;) {
    const heard = await peer.hear(limits.stallMs);
    switch (heard.kind) {
      case 'literal':
        parser.push(heard.chunk);
        if (!isFull) {
          await intake.write(heard.chunk).catch((fault: unknown) => {
            if (!(fault instanceof StoreFault)) throw fault;
            log.error({ err: fault }, 'letter could not be kept');
            isFull = true;
          });
        }
        break;
      case 'literal-end': {
        if (isFull) return no('UNAVAILABLE', 'That cannot be kept at the moment; try again later');
        const { structure, header } = parser.end();
        return { summary: summarize({ prefix: Buffer.alloc(0), header, cuts: [], structure }) };
      }
      case 'bad': return bad(heard.text);
      case 'woken': break;
      default: throw new Error(`a ${heard.kind} inside a letter`);
    }
  }
}

/** RFC 9051 §6.3.12. */
function noMailbox(): Reply {
  return no('TRYCREATE', 'There is no such mailbox');
}

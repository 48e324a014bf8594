/**
 * The session for our own people: letters from their mail programs, to anywhere.
 *
 * Who sends must have logged in, or sit in a trusted network, and may send only as himself.
 * What is missing is added in front of the letter, whose own octets stay as they are; then
 * it is signed with the keys of its author's domain, if the author may be signed for.
 * RFC 6409 (submission), RFC 4954 (AUTH), RFC 6376 (DKIM), RFC 8314 §3.3.
 */
import type { Planner } from '@posthorn/delivery/planner.ts';
import type { Directory } from '@posthorn/directory/directory.ts';
import { createSaslServer, mechanismsOf } from '@posthorn/directory/sasl/server.ts';
import { type Address, parseAddress } from '@posthorn/mail/address.ts';
import { parseAddressList } from '@posthorn/mail/address-list.ts';
import { formatDate } from '@posthorn/mail/date.ts';
import { findField, findFields } from '@posthorn/mail/header.ts';
import type { OctetRange } from '@posthorn/mail/structure.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { Store } from '@posthorn/store/store.ts';
import { forgedRanges } from '@posthorn/trust/forged.ts';
import type { Sign } from '@posthorn/trust/signer.ts';
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Random } from '@posthorn/world/random.ts';
import { deposit, withoutCuts } from './deposit.ts';
import { type Decision, type ReceivedLetter, refusedAs, takeIn } from './letter-intake.ts';
import { SENDER_OK } from './mx.ts';
import { RECIPIENT_OK, recipientReply } from './quota.ts';
import { CHANGED, reply, type Reply } from './reply.ts';
import type { Retries } from './retries.ts';
import type { Authentication, Client, OpenSession, Session } from './session.ts';
import { receivedField } from './trace-header.ts';

export interface SubmissionParts {
  readonly hostname: string;
  readonly store: Pick<Store, 'accept' | 'contents' | 'keys'>;
  readonly directory: Directory;
  readonly planner: Planner;
  readonly sign: Sign;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly expire: Milliseconds;
  readonly policy: SubmissionPolicy;
  /** Letters sent again because their 250 was lost are stored once; only where it is asked for. */
  readonly retries?: Retries;
}

export interface SubmissionPolicy {
  /** Passwords are taken without TLS: for `dev` only. */
  readonly isClearAuthAllowed: boolean;
  /** Who may send without AUTH, by canonical IP address; see `networkMatcher`. */
  readonly isTrusted: (remoteAddress: string) => boolean;
  /** Add a missing Date and Message-ID (RFC 6409 §8.1, §8.2). */
  readonly addsMissing: boolean;
}

const AUTH_NEEDED = reply(530, '5.7.0', 'Authentication required');
const TLS_NEEDED = reply(530, '5.7.0', 'Must issue a STARTTLS command first');
const NOT_YOURS = reply(550, '5.7.1', 'This sender address is not yours');

export function submissionSessions(parts: SubmissionParts): OpenSession {
  return (client) => openSession(parts, client);
}

function openSession(parts: SubmissionParts, client: Client): Session {
  const { directory, random, policy } = parts;
  let account: Account | undefined;
  const mayAuth = (): boolean => client.tls !== undefined || policy.isClearAuthAllowed;
  const authentication: Authentication = {
    mechanisms: mechanismsOf(directory),
    begin: (mechanism) => createSaslServer(mechanism, { directory, remoteAddress: client.remoteAddress, random }),
    welcome: (who) => {
      account = who;
    },
  };
  return {
    lineEndings: 'normalised',
    authentication: () => {
      if (!mayAuth()) return 'after-tls';
      return account === undefined ? authentication : 'done';
    },
    mail: ({ reversePath }) => {
      if (account === undefined) {
        if (policy.isTrusted(client.remoteAddress)) return SENDER_OK;
        return mayAuth() ? AUTH_NEEDED : TLS_NEEDED;
      }
      // RFC 6409 §6.1. `<>` is for notices that mail programs send (RFC 8098 §3).
      return reversePath === null ? SENDER_OK : mayUse(directory, account, reversePath);
    },
    rcpt: async ({ address }, { octets }) => {
      const resolution = await directory.resolve(address, octets);
      return resolution.kind === 'elsewhere' ? RECIPIENT_OK : recipientReply(resolution);
    },
    postmaster: () => directory.postmaster(),
    receive: (envelope) => takeIn({ ...parts, contents: parts.store.contents }, envelope, (received) => decideOnce(parts, { client, account }, received)),
  };
}

async function mayUse(directory: Directory, account: Account, sender: Address): Promise<Reply> {
  return (await directory.maySendAs(account, sender)) ? SENDER_OK : NOT_YOURS;
}

interface Sender {
  readonly client: Client;
  /** Absent in a trusted network. */
  readonly account: Account | undefined;
}

/** Where retries are collapsed, a letter that is in the books already gets its reply again. */
function decideOnce(parts: SubmissionParts, sender: Sender, received: ReceivedLetter): Promise<Decision> {
  return parts.retries?.decideOnce(sender, received, (retryKey) => decide(parts, sender, { received, retryKey })) ?? decide(parts, sender, { received });
}

interface Offer {
  readonly received: ReceivedLetter;
  readonly retryKey?: Buffer | undefined;
}

async function decide(parts: SubmissionParts, { client, account }: Sender, { received, retryKey }: Offer): Promise<Decision> {
  const { envelope, letter, at, header, fields } = received;
  const plan = await parts.planner.plan(envelope.recipients);
  if (plan.refused.length > 0) return refusedAs(CHANGED);
  const mayBeForged = fields.some(({ key }) => key === 'authentication-results' || key === 'return-path');
  const cuts = mayBeForged ? forgedRanges(header, parts.hostname) : [];
  const missing = Buffer.from(parts.policy.addsMissing ? missingFields(received, parts.hostname) : '');
  const signature = await signed(parts, { received, account, missing, cuts });
  const trace = Buffer.concat([
    Buffer.from(receivedField({ client, envelope, letter, at, hostname: parts.hostname, isAuthenticated: account !== undefined })),
    signature,
    missing,
  ]);
  const { said } = await deposit(parts, { received, plan, trace, cuts, client, detail: { user: account?.address ?? null, signed: signature.length > 0 }, isEachAnswered: false, retryKey });
  return { replies: [said], isAccepted: said.code === 250 };
}

/** RFC 6409 §8.1 and §8.2. */
function missingFields({ fields, at, letter }: ReceivedLetter, hostname: string): string {
  const has = (name: string): boolean => fields.some(({ key }) => key === name);
  return `${has('date') ? '' : `Date: ${formatDate(at)}\r\n`}${has('message-id') ? '' : `Message-ID: <${letter}@${hostname}>\r\n`}`;
}

interface SigningMatter {
  readonly received: ReceivedLetter;
  readonly account: Account | undefined;
  readonly missing: Buffer;
  readonly cuts: readonly OctetRange[];
}

/** RFC 6376 §5.1: we sign for the author's domain, and only where the sender may speak for the author. */
async function signed({ store, directory, sign, clock }: SubmissionParts, { received, account, missing, cuts }: SigningMatter): Promise<Buffer> {
  const author = authorOf(received);
  if (author === undefined) return Buffer.alloc(0);
  const keys = await store.keys.ofDomain(author.domain);
  if (keys.length === 0 || (account !== undefined && !(await directory.maySendAs(account, author)))) return Buffer.alloc(0);
  return sign({ keys, prefix: missing, content: withoutCuts(received.content, cuts), signedAt: Math.floor(clock.now() / 1000) });
}

/** The only author; undefined where there are several, or none. */
function authorOf({ header, fields }: ReceivedLetter): Address | undefined {
  if (findFields(fields, 'from').length !== 1) return undefined;
  const [author, ...others] = parseAddressList(findField(header, fields, 'from') ?? '', 2);
  if (author === undefined || others.length > 0 || author.mailbox === null || author.host === null) return undefined;
  return parseAddress(`${author.mailbox}@${author.host}`) ?? parseAddress(`"${author.mailbox.replaceAll(/["\\]/g, '\\$&')}"@${author.host}`);
}

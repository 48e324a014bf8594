/**
 * What the dialogue's answers and failures mean for a recipient. RFC 5321 §4.2.1, RFC 3463.
 */
import { formatStatus, statusOfReply } from '@posthorn/mail/status.ts';
import type { Outcome } from '@posthorn/queue/courier.ts';
import type { Remark, SpooledRecipient } from '@posthorn/store/spool.ts';
import type { RecipientAnswer } from './client/transaction.ts';
import { type Reply, replyText } from './client/reply.ts';
import type { OpenFailure, SmtpConnection } from './connection.ts';
import type { HostAddress } from './mx.ts';
import type { Lack } from './needs.ts';

export type Detail = Outcome['detail'];

/** Why a host could not be used; another one may do. */
export interface Trouble {
  /** The host will say the same tomorrow. */
  readonly isPermanent: boolean;
  readonly remark: Remark;
  readonly detail: Detail;
}

/** What the ledger is told of the host; the connection, if there was one, adds its TLS. */
export function hostDetail({ host, address }: HostAddress, connection?: SmtpConnection): Detail {
  const tls = connection?.tls;
  return {
    host,
    address,
    ...(tls === undefined ? { tls: false } : {
      tls: true, tlsProtocol: tls.protocol, tlsCipher: tls.cipher, tlsVerified: tls.isAuthorised,
    }),
  };
}

export interface AnsweredBy {
  readonly host: HostAddress;
  readonly connection: SmtpConnection;
}

/** By the reply's class: 2xx, 4xx, 5xx. */
export function outcomeOf(recipient: SpooledRecipient, { stage, reply }: RecipientAnswer, { host, connection }: AnsweredBy): Outcome {
  const taken = connection.extensions.hasDsn ? 'delivered' : 'relayed-without-dsn';
  return {
    index: recipient.index,
    kind: reply.code < 300 ? taken : reply.code < 500 ? 'deferred' : 'failed',
    remark: remarkOf(reply, host.host),
    detail: { ...hostDetail(host, connection), stage, reply: `${reply.code} ${replyText(reply)}` },
  };
}

/** The host was not to be had, or the dialogue ended before it answered. */
export function troubleOf(failure: OpenFailure, host: HostAddress, connection?: SmtpConnection): Trouble {
  const reply = failure.why === 'reply' ? failure.reply : undefined;
  const detail = {
    ...hostDetail(host, connection),
    stage: failure.stage,
    why: failure.why,
    ...(reply === undefined ? {} : { reply: `${reply.code} ${replyText(reply)}` }),
  };
  if (reply !== undefined) {
    // A refused login is our configuration's fault: no reason to send the mail back.
    const isPermanent = reply.code >= 500 && failure.stage !== 'auth';
    const remark = remarkOf(reply, host.host);
    return { isPermanent, remark: isPermanent ? remark : notYet(remark), detail };
  }
  const text = failure.stage === 'connect' ? failure.text : `${host.host} [${host.address}]: ${failure.text}, ${STAGES[failure.stage] ?? failure.stage}`;
  return { isPermanent: false, remark: { code: 0, status: STATUSES[failure.why], text, host: '' }, detail };
}

/** The same, taken for something that may pass: RFC 3463 §3.1, class 4. */
export function passing(trouble: Trouble): Trouble {
  return { ...trouble, isPermanent: false, remark: notYet(trouble.remark) };
}

function notYet(remark: Remark): Remark {
  return { ...remark, status: remark.status.replace(/^5/, '4') };
}

export function lackTrouble(lack: Lack, host: HostAddress, connection: SmtpConnection): Trouble {
  return {
    isPermanent: true,
    remark: { code: 0, status: lack.status, text: lack.text, host: '' },
    detail: { ...hostDetail(host, connection), stage: 'ehlo', why: 'lack' },
  };
}

/** All hosts were tried: hope wins, and the best host's word counts. */
export function outcomeOfTroubles(recipient: SpooledRecipient, troubles: readonly Trouble[]): Outcome {
  const trouble = troubles.find(({ isPermanent }) => !isPermanent) ?? troubles[0];
  if (trouble === undefined) throw new Error('a recipient without outcome has at least one trouble');
  const { isPermanent, remark, detail } = trouble;
  return { index: recipient.index, kind: isPermanent ? 'failed' : 'deferred', remark, detail };
}

function remarkOf(reply: Reply, host: string): Remark {
  const text = replyText(reply);
  return { code: reply.code, status: formatStatus(statusOfReply(reply.code, text)), text, host };
}

/** RFC 3463 §3.5, §3.6, §3.8. */
const STATUSES: Readonly<Record<OpenFailure['why'], string>> = {
  connect: '4.4.1',
  cut: '4.4.2',
  timeout: '4.4.2',
  'called-off': '4.3.2',
  malformed: '4.5.0',
  reply: '4.0.0',
  tls: '4.7.5',
  auth: '4.7.8',
  content: '4.3.0',
};

const STAGES: Readonly<Partial<Record<OpenFailure['stage'], string>>> = {
  banner: 'before its greeting',
  ehlo: 'after EHLO',
  starttls: 'after STARTTLS',
  tls: 'during the TLS handshake',
  auth: 'while logging in',
  mail: 'after MAIL',
  rcpt: 'after RCPT',
  data: 'after DATA',
  body: 'while the letter was sent',
  'data-end': 'after the letter was sent, so it may have taken it',
};

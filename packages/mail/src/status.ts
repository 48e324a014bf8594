/**
 * Enhanced status codes: `5.1.1` and what it says to a person.
 *
 * RFC 3463, RFC 5248 (the registry), RFC 2034 §4 (where they stand in a reply).
 */

export interface Status {
  /** 2 done, 4 not now, 5 never. */
  readonly class: 2 | 4 | 5;
  readonly subject: number;
  readonly detail: number;
}

/** Reads exactly one status code; `undefined` if the text is anything else. */
export function parseStatus(text: string): Status | undefined {
  // RFC 3463 §2: class "." 1*3digit "." 1*3digit, without leading zeros.
  const match = /^([245])\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.exec(text);
  if (match === null) return undefined;
  return { class: classOf(match[1]), subject: Number(match[2]), detail: Number(match[3]) };
}

export function formatStatus(status: Status): string {
  return `${status.class}.${status.subject}.${status.detail}`;
}

/**
 * The status of a reply: what its text begins with, if that agrees with its code, else the mere class.
 *
 * `text` is the reply without its three digits. Intermediate replies (3xx) count as done.
 */
export function statusOfReply(code: number, text: string): Status {
  const status = parseStatus(/^\S*/.exec(text)?.[0] ?? '');
  const kind = code >= 500 ? 5 : code >= 400 ? 4 : 2;
  return status?.class === kind ? status : { class: kind, subject: 0, detail: 0 };
}

/** What a status says, for people; the subject's meaning if the detail is unknown. */
export function describeStatus(status: Status): string {
  return MEANINGS.get(`${status.subject}.${status.detail}`) ?? SUBJECTS[status.subject] ?? 'something happened that has no name';
}

function classOf(digit: string | undefined): 2 | 4 | 5 {
  return digit === '2' ? 2 : digit === '4' ? 4 : 5;
}

/** RFC 3463 §3.1 to §3.8. */
const SUBJECTS: readonly string[] = [
  'no reason was given',
  'something is wrong with the address',
  'something is wrong with the mailbox',
  'something is wrong with the receiving mail system',
  'something went wrong on the way through the network',
  'the two mail systems did not understand each other',
  'the letter could not be read or converted',
  'the letter was not allowed in',
];

/** RFC 3463 §3, RFC 5248 and what was registered later, without their class. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['1.0', 'something is wrong with the address'],
  ['1.1', 'there is no such mailbox'],
  ['1.2', 'there is no such host or domain'],
  ['1.3', 'the address is not well formed'],
  ['1.4', 'the address fits more than one mailbox'],
  ['1.5', 'the address is valid'],
  ['1.6', 'the mailbox has moved and left no new address'],
  ['1.7', 'the sender\'s address is not well formed'],
  ['1.8', 'the sender\'s domain does not exist'],
  ['1.9', 'the letter was passed on to a system that confirms nothing'],
  ['1.10', 'the domain accepts no mail'],
  ['2.0', 'something is wrong with the mailbox'],
  ['2.1', 'the mailbox is switched off'],
  ['2.2', 'the mailbox is full'],
  ['2.3', 'the letter is too large for this mailbox'],
  ['2.4', 'the mailing list could not be expanded'],
  ['3.0', 'something is wrong with the receiving mail system'],
  ['3.1', 'the receiving mail system is full'],
  ['3.2', 'the receiving mail system takes no mail at the moment'],
  ['3.3', 'the receiving mail system cannot do what the letter needs'],
  ['3.4', 'the letter is too large for the receiving mail system'],
  ['3.5', 'the mail system is configured wrongly'],
  ['4.0', 'something went wrong on the way through the network'],
  ['4.1', 'the receiving host did not answer'],
  ['4.2', 'the connection broke'],
  ['4.3', 'the directory or name service did not answer'],
  ['4.4', 'no way to the receiving host was found'],
  ['4.5', 'the receiving mail system is too busy'],
  ['4.6', 'the letter went in a circle'],
  ['4.7', 'the letter could not be delivered in time'],
  ['5.0', 'the two mail systems did not understand each other'],
  ['5.1', 'the command is not known or not expected'],
  ['5.2', 'the command is not well formed'],
  ['5.3', 'there are too many recipients'],
  ['5.4', 'a parameter of the command is wrong'],
  ['5.5', 'the two mail systems speak different versions'],
  ['5.6', 'the authentication exchange is too long'],
  ['6.0', 'the letter could not be read or converted'],
  ['6.1', 'this kind of content is not supported'],
  ['6.2', 'the content would have to be converted, which is not allowed'],
  ['6.3', 'the content would have to be converted, which is not possible'],
  ['6.4', 'the content was converted with losses'],
  ['6.5', 'the conversion of the content failed'],
  ['6.6', 'the content of the letter is not available'],
  ['6.7', 'the receiving mail system takes no addresses beyond ASCII'],
  ['6.8', 'the reply would need addresses beyond ASCII'],
  ['6.9', 'the letter has headers beyond ASCII, which the next system does not take'],
  ['6.10', 'the letter has headers beyond ASCII, which the next system does not take'],
  ['7.0', 'the letter was not allowed in'],
  ['7.1', 'the sender is not allowed to write to this address'],
  ['7.2', 'the sender is not allowed to write to this mailing list'],
  ['7.3', 'a conversion that security needs is not possible'],
  ['7.4', 'a security feature that the letter needs is not supported'],
  ['7.5', 'the cryptography failed'],
  ['7.6', 'the cryptographic algorithm is not supported'],
  ['7.7', 'the letter was changed on its way'],
  ['7.8', 'the name or the password is wrong'],
  ['7.9', 'the way of authentication is too weak'],
  ['7.10', 'encryption is needed'],
  ['7.11', 'encryption is needed for this way of authentication'],
  ['7.12', 'the password has to be changed first'],
  ['7.13', 'the account is switched off'],
  ['7.14', 'the sender\'s system is not trusted'],
  ['7.15', 'the priority is too low'],
  ['7.16', 'the letter is too large for its priority'],
  ['7.17', 'the mailbox has changed its owner since'],
  ['7.18', 'the domain has changed its owner since'],
  ['7.20', 'the letter carries no valid DKIM signature'],
  ['7.21', 'the letter carries no acceptable DKIM signature'],
  ['7.22', 'the letter\'s DKIM signature is not by its author'],
  ['7.23', 'the sender\'s domain does not let this host send (SPF)'],
  ['7.24', 'the sender\'s domain could not be asked who may send (SPF)'],
  ['7.25', 'the sending host\'s name and address do not agree'],
  ['7.26', 'several checks of the sender failed'],
  ['7.27', 'the sender\'s domain takes no mail'],
  ['7.28', 'too much mail came from this sender'],
  ['7.29', 'the chain of forwarders could not be verified (ARC)'],
  ['7.30', 'the letter demands TLS, which the next system does not offer'],
]);

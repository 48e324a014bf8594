/**
 * A verdict written down: the header fields that say what was found.
 *
 * Everything a stranger chose (domains, selectors, names) is written so that it cannot be
 * taken for more than a value. RFC 8601 §2.2 (syntax), §2.7 (results and properties);
 * RFC 7208 §9.1 (Received-SPF).
 */
import type { Findings } from './findings.ts';
import type { JudgeRequest, Verdict } from './judge.ts';

type Circumstances = Pick<JudgeRequest, 'remoteAddress' | 'heloName' | 'sender' | 'hostname'>;

/** RFC 5322 §2.1.1 asks for lines of at most 78 characters; one word too long stands alone. */
const LINE_LENGTH_MAX = 77;
/** A value longer than this says nothing to anybody. */
const VALUE_LENGTH_MAX = 255;

export function writeVerdict(findings: Findings, iprev: Verdict['iprev'], circumstances: Circumstances): Verdict {
  const results = [
    spfWords(findings, circumstances),
    ...dkimWords(findings),
    dmarcWords(findings),
    iprevWords(iprev, circumstances),
  ];
  const words = results.flatMap((result, index) => [...result.slice(0, -1), `${result.at(-1) ?? ''}${index < results.length - 1 ? ';' : ''}`].map((word, at) => ({ word, isFirst: at === 0 })));
  const { spf, dkim, dmarc } = findings;
  return {
    spf,
    dkim: dkim.map(({ result, domain, selector }) => ({ result, domain, selector })),
    dmarc: { result: dmarc.result, domain: dmarc.domain, policy: dmarc.policy },
    iprev,
    header: Buffer.from(`${fold(`Authentication-Results: ${value(circumstances.hostname)};`, words)}${receivedSpf(findings, circumstances)}`),
  };
}

function spfWords({ spf }: Findings, { sender, heloName }: Circumstances): readonly string[] {
  // RFC 7208 §2.4: without a sender it is the HELO name that is checked.
  const property = sender === '' ? `smtp.helo=${value(heloName)}` : `smtp.mailfrom=${value(isPlainAddress(sender) ? sender : domainOf(sender))}`;
  return [`spf=${spf.result}`, property];
}

function dkimWords({ dkim }: Findings): readonly (readonly string[])[] {
  if (dkim.length === 0) return [['dkim=none']];
  return dkim.map(({ result, domain, selector, algorithm, signature, reason }) => [
    `dkim=${result}`,
    ...(reason === '' ? [] : [comment(reason)]),
    ...(domain === '' ? [] : [`header.d=${value(domain)}`]),
    ...(selector === '' ? [] : [`header.s=${value(selector)}`]),
    ...(algorithm === '' ? [] : [`header.a=${value(algorithm)}`]),
    ...(signature === '' ? [] : [`header.b=${value(signature)}`]),
  ]);
}

function dmarcWords({ dmarc }: Findings): readonly string[] {
  const isPublished = dmarc.result === 'pass' || dmarc.result === 'fail';
  return [
    `dmarc=${dmarc.result}`,
    ...(dmarc.reason === '' ? [] : [comment(dmarc.reason)]),
    ...(dmarc.domain === '' ? [] : [`header.from=${value(dmarc.domain)}`]),
    // RFC 9989 §9.1: what the author's domain asks for in the end.
    ...(isPublished ? [`policy.dmarc=${dmarc.policy}`] : []),
  ];
}

function iprevWords({ result, name }: Verdict['iprev'], { remoteAddress }: Circumstances): readonly string[] {
  return [`iprev=${result}`, ...(name === '' ? [] : [comment(name)]), `policy.iprev=${value(remoteAddress)}`];
}

function receivedSpf({ spf }: Findings, { remoteAddress, sender, heloName }: Circumstances): string {
  const words = [
    `identity=${sender === '' ? 'helo' : 'mailfrom'};`,
    `client-ip=${value(remoteAddress)};`,
    ...(sender === '' ? [] : [`envelope-from=${isPlainAddress(sender) ? value(sender, true) : value(domainOf(sender))};`]),
    `helo=${value(heloName)};`,
  ];
  return fold(`Received-SPF: ${spf.result}`, words.map((word) => ({ word, isFirst: false })));
}

/** Words behind one another, each result on a line of its own. */
function fold(start: string, words: readonly { readonly word: string; readonly isFirst: boolean }[]): string {
  let field = start;
  let column = start.length;
  for (const { word, isFirst } of words) {
    if (isFirst || column + 1 + word.length > LINE_LENGTH_MAX) {
      field += `\r\n ${isFirst ? '' : '  '}${word}`;
      column = (isFirst ? 1 : 3) + word.length;
    } else {
      field += ` ${word}`;
      column += 1 + word.length;
    }
  }
  return `${field}\r\n`;
}

/** A value as it may stand: a token or an address, or quoted. Never empty, never a line end. */
function value(text: string, isAddressQuoted = false): string {
  const short = text.slice(0, VALUE_LENGTH_MAX).replaceAll(/[^\x20-\x7e]/g, '?');
  // RFC 2045 §5.1: a token has none of these; `@` stands between the halves of an address.
  if (short !== '' && /^[^\s()<>,;:\\"/[\]?=@]+$/.test(short)) return short;
  if (!isAddressQuoted && isPlainAddress(short)) return short;
  return `"${short.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** Also without quotes, which mean nothing here but might to a simple reader. */
function comment(text: string): string {
  return `(${text.slice(0, VALUE_LENGTH_MAX).replaceAll(/[^\x20-\x7e]|[()\\"]/g, '?')})`;
}

function isPlainAddress(text: string): boolean {
  return /^[\w.!#$%&'*+^`{|}~-]+@[\w.-]+$/.test(text);
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

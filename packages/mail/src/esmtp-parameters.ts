/**
 * The parameters of MAIL and RCPT: `SIZE=1000 BODY=8BITMIME SMTPUTF8`.
 *
 * RFC 5321 §4.1.2 (esmtp-param), RFC 6531 §3.3 (values in UTF-8).
 */

/** More than any extension needs, and few enough to look at. */
const PARAMETERS_MAX = 32;

/**
 * Reads what follows a path; keys in upper case, `null` for a keyword without a value.
 *
 * `undefined` if it is malformed or says the same keyword twice.
 */
export function parseEsmtpParameters(rest: string): ReadonlyMap<string, string | null> | undefined {
  const parameters = new Map<string, string | null>();
  const trimmed = rest.replace(/ +$/, '');
  if (trimmed === '') return parameters;
  if (!trimmed.startsWith(' ')) return undefined;
  for (const word of trimmed.slice(1).split(' ')) {
    if (word === '') continue;
    const match = /^([a-z0-9][a-z0-9-]*)(?:=([\x21-\x3c\x3e-\x7e\u0080-\uffff]+))?$/i.exec(word);
    if (match === null) return undefined;
    const [, keyword = '', value] = match;
    const key = keyword.toUpperCase();
    if (parameters.has(key) || parameters.size === PARAMETERS_MAX) return undefined;
    parameters.set(key, value ?? null);
  }
  return parameters;
}

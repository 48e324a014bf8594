/**
 * PLAIN: `authzid NUL authcid NUL password` in one response. RFC 4616.
 */
import { MALFORMED, ended, utf8 } from './exchange.ts';
import type { SaslOptions, Turn } from './exchange.ts';

export function beginPlain({ directory, remoteAddress }: SaslOptions): Turn {
  return async (response) => {
    const fields = split(response);
    if (fields === undefined) return MALFORMED;
    const { authorisation, user, password } = fields;
    const answer = await directory.login({ user, password, remoteAddress });
    if (answer.kind === 'welcome' && !isSelf(authorisation, user, answer.account.address)) {
      // RFC 4616 §2: acting for someone else is not granted to anyone here.
      return ended({ kind: 'refused' });
    }
    return ended(answer);
  };
}

function split(response: Buffer): { authorisation: string; user: string; password: string } | undefined {
  const first = response.indexOf(0);
  const second = first === -1 ? -1 : response.indexOf(0, first + 1);
  if (second === -1) return undefined;
  const authorisation = utf8(response.subarray(0, first));
  const user = utf8(response.subarray(first + 1, second));
  // A NUL in the password makes it no UTF-8 text of ours (RFC 4616 §2: passwd = 1*SAFE).
  const password = utf8(response.subarray(second + 1));
  if (authorisation === undefined || !user || !password) return undefined;
  return { authorisation, user, password };
}

function isSelf(authorisation: string, user: string, address: string): boolean {
  return authorisation === '' || authorisation === user || authorisation.toLowerCase() === address;
}

/**
 * LOGIN: the user name, then the password, each asked for. Never standardised; for old mail programs.
 *
 * draft-murchison-sasl-login-00. An initial response is taken as the user name, as
 * many clients send it.
 */
import { MALFORMED, challenged, ended, utf8 } from './exchange.ts';
import type { SaslOptions, Turn } from './exchange.ts';

export function beginLogin({ directory, remoteAddress }: SaslOptions): Turn {
  const takePassword = (user: string): Turn => async (response) => {
    const password = utf8(response);
    if (!password) return MALFORMED;
    return ended(await directory.login({ user, password, remoteAddress }));
  };
  const takeUser: Turn = (response) => {
    const user = utf8(response);
    return user ? challenged('Password:', takePassword(user)) : MALFORMED;
  };
  return (initial) => (initial.length === 0 ? challenged('Username:', takeUser) : takeUser(initial));
}

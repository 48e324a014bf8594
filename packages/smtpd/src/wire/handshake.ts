/**
 * The server as a single handshake sees it: with another certificate than everybody's.
 *
 * smtp-server asks it for the context of a name; a fault rule is for one connection.
 */
import type { SMTPServer } from 'smtp-server';
import type { SecureContext } from 'node:tls';

/** All else is the server's own. */
export function showing(server: SMTPServer, context: SecureContext): SMTPServer {
  const view: SMTPServer = Object.create(server);
  view.secureContext = new Map([['*', context]]);
  view._resolveSNI = (_servername, answer) => answer(null, context);
  return view;
}

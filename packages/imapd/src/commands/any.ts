/**
 * Commands that ask about the server or just pass the time: CAPABILITY, NOOP, ID, ENABLE, NAMESPACE, LOGOUT.
 *
 * RFC 9051 §6.1, §6.3.1, §6.3.10; RFC 2971 (ID); RFC 5161 (ENABLE); RFC 2342 (NAMESPACE).
 */
import { capabilityLine, enabledLine, idLine, namespaceLine, untagged } from '@posthorn/imap/response.ts';
import { capabilitiesOf } from '../capabilities.ts';
import { OTHERS } from '../access.ts';
import { tellHighestModseq } from '../condstore.ts';
import type { Exchange, KnownExchange } from '../exchange.ts';
import { type Reply, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

export async function capability({ session, out }: Exchange): Promise<Reply> {
  out.write(capabilityLine(capabilitiesOf(session)));
  return ok('CAPABILITY done');
}

/** NOOP and CHECK: a chance to be told what is new; all we keep is on disk already. */
export async function noop({ session }: Exchange): Promise<Reply> {
  if (session.state.kind === 'selected') session.state.selected.ring();
  return ok('Done');
}

/** The client says who it is, for the log; we say who we are. */
export async function id({ session, out }: Exchange, { fields }: CommandNamed<'ID'>): Promise<Reply> {
  const about = Object.fromEntries((fields ?? []).filter(([name]) => /^(name|version|vendor)$/i.test(name)).map(([name, value]) => [name.toLowerCase(), value]));
  session.services.log.debug({ client: about }, 'imap client');
  out.write(idLine([['name', 'Posthorn']]));
  return ok('ID done');
}

/** RFC 5161 §3.1: what we do not know is passed over. */
export async function enable({ session, out, peer }: KnownExchange, { capabilities }: CommandNamed<'ENABLE'>): Promise<Reply> {
  const before = session.dialect;
  const told = capabilities.flatMap((capability) => session.enable(capability) ?? []);
  out.write(enabledLine([...new Set(told)]));
  peer.speak(session.dialect);
  // RFC 7162 §3.1: where the mailbox that is open stands.
  if (session.dialect.tellsModseq && !before.tellsModseq) tellHighestModseq({ session, out });
  return ok('ENABLE done');
}

export async function namespace({ out }: Exchange): Promise<Reply> {
  out.write(namespaceLine(OTHERS));
  return ok('NAMESPACE done');
}

export async function logout({ session, out }: Exchange): Promise<Reply> {
  // RFC 9051 §6.1.3: BYE before the tagged OK.
  out.write(untagged({ condition: 'BYE', text: 'Until next time' }));
  session.leave();
  return ok('LOGOUT done');
}

/**
 * Who obeys which command, and in which state it is allowed. RFC 9051 §6, RFC 3501 §6.
 */
import type { Command } from '@posthorn/imap/command.ts';
import { bearsSeqNum } from '@posthorn/imap/uid-only.ts';
import { deleteAcl, getAcl, listRights, myRights, setAcl } from './commands/acl.ts';
import { append, replace } from './commands/append.ts';
import { authenticate, login, unauthenticate } from './commands/login.ts';
import { capability, enable, id, logout, namespace, noop } from './commands/any.ts';
import { copy, move } from './commands/copy.ts';
import { expunge } from './commands/expunge.ts';
import { fetch } from './commands/fetch.ts';
import { idle } from './commands/idle.ts';
import { list } from './commands/list.ts';
import { create, remove, rename, subscribe, unsubscribe } from './commands/mailbox.ts';
import { getMetadata, setMetadata } from './commands/metadata.ts';
import { getQuota, getQuotaRoot } from './commands/quota.ts';
import { search } from './commands/search.ts';
import { close, select, unselect } from './commands/select.ts';
import { sort, thread } from './commands/sort.ts';
import { status } from './commands/status.ts';
import { store } from './commands/store.ts';
import { type Exchange, beforeLogin, inFreshMailbox, inMailbox, known, withdraw } from './exchange.ts';
import { type Reply, bad, no } from './reply.ts';

/** STARTTLS is the connection's own affair. */
export async function obey(exchange: Exchange, command: Command): Promise<Reply> {
  await withdraw(exchange);
  // RFC 9586 §3.2.
  if (exchange.session.dialect.isUidOnly && bearsSeqNum(command)) return { condition: 'BAD', code: 'UIDREQUIRED', text: 'Only UIDs name messages now' };
  switch (command.name) {
    case 'CAPABILITY': return capability(exchange);
    case 'NOOP': return noop(exchange);
    case 'LOGOUT': return logout(exchange);
    case 'ID': return id(exchange, command);

    case 'LOGIN': return beforeLogin(exchange, () => login(exchange, command));
    case 'AUTHENTICATE': return beforeLogin(exchange, () => authenticate(exchange, command));
    case 'STARTTLS': return bad('There is no TLS to start here');

    // Where it can be, it is the connection's own affair too.
    case 'COMPRESS': return known(exchange, async () => (exchange.session.wire.isCompressed ? no('COMPRESSIONACTIVE', 'It is compressed already') : no('CANNOT', 'DEFLATE is the only algorithm')));
    case 'UNAUTHENTICATE': return known(exchange, (at) => unauthenticate(at));

    case 'ENABLE': return known(exchange, (at) => enable(at, command));
    case 'NAMESPACE': return known(exchange, (at) => namespace(at));
    case 'SELECT':
    case 'EXAMINE': return known(exchange, (at) => select(at, command));
    case 'CREATE': return known(exchange, (at) => create(at, command));
    case 'DELETE': return known(exchange, (at) => remove(at, command));
    case 'RENAME': return known(exchange, (at) => rename(at, command));
    case 'SUBSCRIBE': return known(exchange, (at) => subscribe(at, command));
    case 'UNSUBSCRIBE': return known(exchange, (at) => unsubscribe(at, command));
    case 'LIST':
    case 'LSUB': return known(exchange, (at) => list(at, command));
    case 'SETACL': return known(exchange, (at) => setAcl(at, command));
    case 'DELETEACL': return known(exchange, (at) => deleteAcl(at, command));
    case 'GETACL': return known(exchange, (at) => getAcl(at, command));
    case 'LISTRIGHTS': return known(exchange, (at) => listRights(at, command));
    case 'MYRIGHTS': return known(exchange, (at) => myRights(at, command));
    case 'GETQUOTA': return known(exchange, (at) => getQuota(at, command));
    case 'GETQUOTAROOT': return known(exchange, (at) => getQuotaRoot(at, command));
    case 'GETMETADATA': return known(exchange, (at) => getMetadata(at, command));
    case 'SETMETADATA': return known(exchange, (at) => setMetadata(at, command));
    case 'STATUS': return known(exchange, (at) => status(at, command));
    // It has to say something about its literal, whatever the state.
    case 'APPEND': return append(exchange, command);
    case 'REPLACE': return replace(exchange, command);
    case 'IDLE': return known(exchange, (at) => idle(at));

    case 'CHECK': return inMailbox(exchange, (at) => noop(at));
    case 'CLOSE': return inMailbox(exchange, (at) => close(at));
    case 'UNSELECT': return inMailbox(exchange, (at) => unselect(at));
    case 'EXPUNGE': return inMailbox(exchange, (at) => expunge(at, command));
    case 'SEARCH': return inFreshMailbox(exchange, (at) => search(at, command));
    case 'SORT': return inFreshMailbox(exchange, (at) => sort(at, command));
    case 'THREAD': return inFreshMailbox(exchange, (at) => thread(at, command));
    case 'FETCH': return inFreshMailbox(exchange, (at) => fetch(at, command));
    case 'STORE': return inMailbox(exchange, (at) => store(at, command));
    case 'COPY': return inMailbox(exchange, (at) => copy(at, command));
    case 'MOVE': return inMailbox(exchange, (at) => move(at, command));
    default: return command satisfies never;
  }
}

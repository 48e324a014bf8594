/**
 * The header, field by field, and what the fields mean.
 */
import type { JSX } from 'preact';
import { api } from '../state/api.ts';
import { Loaded } from './loaded.tsx';

const MEANINGS: Readonly<Record<string, string>> = {
  'arc-authentication-results': 'What a host that passed it on found about its authenticity.',
  'arc-message-signature': 'Signed by a host that passed it on (RFC 8617).',
  'arc-seal': 'Seals what hosts on the way said (RFC 8617).',
  'authentication-results': 'What the receiving host found about SPF, DKIM and DMARC (RFC 8601).',
  'auto-submitted': 'Sent by a program: no automatic answers, please (RFC 3834).',
  'bcc': 'Blind copies; senders should have removed it.',
  'cc': 'Copies.',
  'content-transfer-encoding': 'How the body was made fit for mail (RFC 2045).',
  'content-type': 'What the body is.',
  'date': 'When it was written, as its sender says.',
  'delivered-to': 'The mailbox it was put into. Ours.',
  'dkim-signature': 'The domain in d= signed the fields in h= and the body (RFC 6376).',
  'feedback-id': 'For complaints by way of mailbox providers.',
  'from': 'The author.',
  'in-reply-to': 'The letter that this one answers.',
  'list-id': 'The mailing list it came through (RFC 2919).',
  'list-unsubscribe': 'Where to go to leave the list (RFC 2369).',
  'list-unsubscribe-post': 'Leaving takes one click (RFC 8058).',
  'message-id': 'Its name, unique in the world.',
  'mime-version': 'The body is made by MIME (RFC 2045).',
  'precedence': 'An old way to say that it is bulk mail.',
  'received': 'A host took it in: from whom, when, and over what. Newest on top.',
  'received-spf': 'What SPF said when it came in (RFC 7208).',
  'references': 'The letters of the thread, oldest first.',
  'reply-to': 'Where answers should go.',
  'return-path': 'Where failure notices go: the sender of the envelope.',
  'sender': 'Who sent it for the author.',
  'subject': 'What it is about.',
  'to': 'For whom.',
  'x-mailer': 'The program that made it.',
};

export function HeadersTab({ id }: { readonly id: string }): JSX.Element {
  return <Loaded id={id} load={api.headers} show={(headers) => (
    <table class="headers" data-testid="headers"><tbody>
      {headers.map(({ name, value, isOurs }, index) => (
        <tr key={index} class={isOurs ? 'is-ours' : ''}>
          <th scope="row">{name}{isOurs && <span class="pill" title="Put in front by this host">ours</span>}</th>
          <td><div class="header-value">{value}</div>{MEANINGS[name.toLowerCase()] !== undefined && <div class="soft">{MEANINGS[name.toLowerCase()]}</div>}</td>
        </tr>
      ))}
    </tbody></table>
  )} />;
}

/**
 * What there is to see before a letter is open: where to send the first one.
 */
import type { JSX } from 'preact';
import { totals } from '../state/inbox.ts';
import { say } from '../state/notices.ts';
import { session } from '../state/session.ts';

export function Welcome(): JSX.Element {
  const { value } = session;
  if (value === undefined || !value.isDev || totals.value.total > 0) return <Hints />;
  const at = (...protocols: readonly string[]): string => value.listeners?.find(({ protocol }) => protocols.includes(protocol))?.at ?? '';
  const command = `printf 'From: ann@ash.test\\nTo: bob@elm.test\\nSubject: Hello\\n\\nIt works.\\n' |\n  curl smtp://${at('smtp', 'submission')} --mail-from ann@ash.test --mail-rcpt bob@elm.test -T -`;
  return (
    <article class="page welcome" data-testid="welcome">
      <h1>Ready for the first letter</h1>
      <p>Posthorn catches all mail; nothing leaves this machine. Point your application here:</p>
      <table class="keys"><tbody>
        <tr><td>SMTP</td><td><code>{at('smtp', 'submission')}</code> any sender, recipient, password or none</td></tr>
        <tr><td>IMAP</td><td><code>{at('imap', 'imaps')}</code> the user is a recipient’s address, any password</td></tr>
        <tr><td>HTTP</td><td><code>{at('http')}</code> this page, and <a href="/rest/v1/openapi.json">the API</a></td></tr>
      </tbody></table>
      <p>Or try it by hand:</p>
      <pre class="command"><code>{command}</code></pre>
      <p><button type="button" class="main-button" onClick={() => { void navigator.clipboard.writeText(command).then(() => { say('Copied.'); }); }}>Copy</button></p>
    </article>
  );
}

function Hints(): JSX.Element {
  return (
    <div class="hints" data-testid="hints">
      <h1 class="visually-hidden">Letters</h1>
      <p><kbd>j</kbd> <kbd>k</kbd> through the letters</p>
      <p><kbd>/</kbd> search</p>
      <p><kbd>Ctrl</kbd> <kbd>K</kbd> everything else</p>
    </div>
  );
}

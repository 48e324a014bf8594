/**
 * Keys and searches, on one page.
 */
import type { JSX } from 'preact';
import { ACTS } from '../state/acts.ts';
import { go, href } from '../state/route.ts';

const SEARCHES: readonly (readonly [query: string, meaning: string])[] = [
  ['invoice "at nine"', 'these words, that phrase'],
  ['-newsletter', 'not this word'],
  ['plan OR report', 'one of them; brackets group'],
  ['from:ann to:eve', 'also cc: bcc: addressed: reply-to:'],
  ['subject:"the plan"', 'also body: filename: message-id:'],
  ['header:x-mailer=app', 'any header field, or header:name alone'],
  ['is:unread', 'read, flagged, answered, draft, deleted, tagged'],
  ['has:attachment', 'inline, html, text, calendar'],
  ['larger:1M', 'also smaller:'],
  ['after:7d', 'also before: and dates such as 2026-01-31'],
  ['tag:welcome', 'what stands behind a plus in an address is a tag too'],
  ['in:Archive', 'a mailbox, or in:eve@elm.test for an account'],
];

export function Help(): JSX.Element {
  return (
    <article class="page">
      <h1>Keys</h1>
      <table class="keys"><tbody>
        {ACTS.filter(({ keys }) => keys !== undefined).map(({ name, keys }) => <tr key={name}><td><kbd>{keys}</kbd></td><td>{name}</td></tr>)}
        <tr><td><kbd>Ctrl</kbd> <kbd>K</kbd></td><td>Everything, by its name</td></tr>
        <tr><td><kbd>Esc</kbd></td><td>Close what is open</td></tr>
      </tbody></table>
      <h1>Searches</h1>
      <table class="keys"><tbody>
        {SEARCHES.map(([query, meaning]) => (
          <tr key={query}><td><a href={href({ q: query })} onClick={(event) => { event.preventDefault(); go({ q: query }); }}><code>{query}</code></a></td><td>{meaning}</td></tr>
        ))}
      </tbody></table>
      <h1>For programs</h1>
      <p>The same is at <a href="/rest/v1/openapi.json"><code>/rest/v1</code></a>, described by OpenAPI.</p>
    </article>
  );
}

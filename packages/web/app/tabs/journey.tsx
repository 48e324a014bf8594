/**
 * The ledger of a letter as a timeline: what happened, in words, with the facts a click away.
 */
import type { JSX } from 'preact';
import { api } from '../state/api.ts';
import { Loaded } from './loaded.tsx';

const BAD: ReadonlySet<string> = new Set(['failed', 'cancelled']);
const WAITING: ReadonlySet<string> = new Set(['deferred', 'held', 'queued']);

export function JourneyTab({ id }: { readonly id: string }): JSX.Element {
  return <Loaded id={id} load={api.trace} show={(letter) => {
    if (letter === undefined) return <p class="nothing">The ledger does not remember it.</p>;
    const { entries } = letter;
    const story = letter.story.slice(letter.story.length - entries.length);
    const inOrder = entries.map((entry, index) => ({ entry, index })).toSorted((a, b) => a.entry.at.localeCompare(b.entry.at) || a.index - b.index).map(({ entry }) => entry);
    return (
      <ol class="journey" data-testid="journey">
        {inOrder.map(({ at, act, detail }, index) => (
          <li key={index} class={BAD.has(act) ? 'is-bad' : WAITING.has(act) ? 'is-waiting' : ''}>
            <time dateTime={at}>{new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })}<span class="soft">.{at.slice(20, 23)}</span></time>
            <div>
              <strong>{act}</strong> <span>{(story[index] ?? '').replace(/^\S+\s+\S+\s+/, '')}</span>
              {Object.keys(detail).length > 0 && <details><summary>facts</summary><table class="keys"><tbody>{Object.entries(detail).map(([name, value]) => <tr key={name}><td>{name}</td><td><code>{typeof value === 'string' ? value : JSON.stringify(value)}</code></td></tr>)}</tbody></table></details>}
            </div>
          </li>
        ))}
      </ol>
    );
  }} />;
}

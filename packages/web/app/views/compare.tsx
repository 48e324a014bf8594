/**
 * Two letters beside each other: what is only in one, line by line.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { differences } from '../diff.ts';
import type { DiffLine } from '../diff.ts';
import { api } from '../state/api.ts';
import { say } from '../state/notices.ts';
import { go, route } from '../state/route.ts';
import { IconButton } from './icons.tsx';

export function Compare({ ids }: { readonly ids: readonly [string, string] }): JSX.Element {
  const lines = useSignal<readonly DiffLine[] | undefined>(undefined);
  useEffect(() => {
    Promise.all(ids.map((id) => api.raw(id))).then(([one = '', two = '']) => {
      lines.value = differences(one.split(/\r?\n/), two.split(/\r?\n/));
    }).catch((error: unknown) => { say(error); });
  }, [ids, lines]);
  const changed = lines.value?.filter(({ side }) => side !== 'both').length ?? 0;
  return (
    <article class="letter" data-testid="compare">
      <header class="letter-head"><div class="letter-title">
        <h1>{changed === 0 ? 'The same, line by line' : `${changed} lines differ`}</h1>
        <IconButton name="close" label="Back to the letter" keys="Esc" onClick={() => { go({ q: route.value.q, letter: ids[0] }); }} />
      </div></header>
      <pre class="code diff" tabIndex={0}>{lines.value?.map(({ side, text }, index) => <div key={index} class={`is-${side}`}>{text === '' ? ' ' : text}</div>)}</pre>
    </article>
  );
}

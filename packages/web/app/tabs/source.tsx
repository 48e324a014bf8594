/**
 * The HTML as it was written, line by line, with a little colour.
 */
import type { JSX } from 'preact';
import { api } from '../state/api.ts';
import { Loaded } from './loaded.tsx';

const TOKEN = /(<!--[\s\S]*?-->)|(<\/?[a-zA-Z][^\s>/]*)|("[^"]*"|'[^']*')|(\/?>)/g;
const COLOURED_CHARS_MAX = 200_000;

export function SourceTab({ id }: { readonly id: string }): JSX.Element {
  return <Loaded id={id} load={api.rendering} show={({ html = '' }) => (
    <pre class="code" tabIndex={0} data-testid="source">{html.split('\n').map((line, index) => <div key={index} class="code-line"><span class="code-number" aria-hidden="true">{index + 1}</span><span>{html.length > COLOURED_CHARS_MAX ? line : coloured(line)}</span></div>)}</pre>
  )} />;
}

function coloured(line: string): readonly (string | JSX.Element)[] {
  const pieces: (string | JSX.Element)[] = [];
  let at = 0;
  for (const match of line.matchAll(TOKEN)) {
    const [all, comment, tag, text] = match;
    const kind = comment === undefined ? (tag === undefined ? (text === undefined ? 'tag' : 'string') : 'tag') : 'comment';
    pieces.push(line.slice(at, match.index), <span key={match.index} class={`is-${kind}`}>{all}</span>);
    at = match.index + all.length;
  }
  return [...pieces, line.slice(at)];
}

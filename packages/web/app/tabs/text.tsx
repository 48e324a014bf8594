/**
 * The text of a letter, its links alive, its quotes quiet.
 */
import type { JSX } from 'preact';
import { api } from '../state/api.ts';
import { Loaded } from './loaded.tsx';

const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

export function TextTab({ id }: { readonly id: string }): JSX.Element {
  return <Loaded id={id} load={api.rendering} show={({ text, isTextMade, isCut }) => (
    <div class="text-face">
      {isTextMade && <p class="remark">Made of the HTML: the letter has no text part.</p>}
      <div class="text" data-testid="text">{text.split('\n').map((line, index) => <div key={index} class={line.startsWith('>') ? 'is-quote' : ''}>{line === '' ? '\u00a0' : linked(line)}</div>)}</div>
      {isCut && <p class="remark">Cut off here; Raw has all of it.</p>}
    </div>
  )} />;
}

function linked(line: string): readonly (string | JSX.Element)[] {
  const pieces: (string | JSX.Element)[] = [];
  let at = 0;
  for (const match of line.matchAll(LINK)) {
    pieces.push(line.slice(at, match.index), <a key={match.index} href={match[0]} target="_blank" rel="noopener noreferrer nofollow">{match[0]}</a>);
    at = match.index + match[0].length;
  }
  return [...pieces, line.slice(at)];
}

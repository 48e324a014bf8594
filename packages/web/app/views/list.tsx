/**
 * The list: only what can be seen is there, however many letters there are.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { change, chosen, hasMore, isLoaded, isLoading, letters, more, totals } from '../state/inbox.ts';
import { removeTargets } from '../state/acts.ts';
import { go, route } from '../state/route.ts';
import { IconButton } from './icons.tsx';
import { Row } from './row.tsx';

/** One rhythm for all, so that where a row lies is a product. As in the style sheet. */
const ROW_PX = 62;
const AHEAD_ROWS = 12;

export function List(): JSX.Element {
  const view = useRef<HTMLDivElement>(null);
  const range = useSignal({ first: 0, last: 40 });
  const list = letters.value;
  const measure = (): void => {
    const { scrollTop, clientHeight } = view.current ?? { scrollTop: 0, clientHeight: 900 };
    const first = Math.max(0, Math.floor(scrollTop / ROW_PX) - AHEAD_ROWS);
    const last = Math.ceil((scrollTop + clientHeight) / ROW_PX) + AHEAD_ROWS;
    if (first !== range.value.first || last !== range.value.last) range.value = { first, last };
    if (last >= letters.value.length && hasMore()) void more();
  };
  useLayoutEffect(measure);
  useEffect(() => {
    globalThis.addEventListener('resize', measure);
    return () => { globalThis.removeEventListener('resize', measure); };
  });
  const { letter } = route.value;
  useEffect(() => {
    const at = letters.value.findIndex(({ id }) => id === letter);
    const { current } = view;
    if (at === -1 || current === null) return;
    if (at * ROW_PX < current.scrollTop) current.scrollTop = at * ROW_PX;
    else if ((at + 1) * ROW_PX > current.scrollTop + current.clientHeight) current.scrollTop = (at + 1) * ROW_PX - current.clientHeight;
  }, [letter]);
  const { first, last } = range.value;
  return (
    <nav class="list" aria-label="Letters">
      <ListHead />
      <div class="rows" ref={view} onScroll={measure} tabIndex={-1} data-testid="list">
        <ol class="rows-whole" style={{ height: `${list.length * ROW_PX}px` }}>
          {list.slice(first, last).map((each, index) => <Row key={each.id} letter={each} top={(first + index) * ROW_PX} />)}
        </ol>
        {list.length === 0 && isLoaded.value && !isLoading.value && <Nothing />}
      </div>
    </nav>
  );
}

function ListHead(): JSX.Element {
  const { total, unseen } = totals.value;
  const count = chosen.value.size;
  const { q } = route.value;
  if (count > 0) {
    return (
      <div class="list-head" data-testid="chosen">
        <strong>{count} chosen</strong>
        <span class="grow" />
        <IconButton name="unread" label="Mark as read" onClick={() => { void change([...chosen.value], { seen: true }); }} />
        <IconButton name="trash" label="Delete" keys="Del" onClick={removeTargets} />
        <IconButton name="close" label="Choose none" keys="Esc" onClick={() => { chosen.value = new Set(); }} />
      </div>
    );
  }
  return (
    <div class="list-head">
      {q === ''
        ? <><strong>{total.toLocaleString()} {total === 1 ? 'letter' : 'letters'}</strong>{unseen > 0 && <button type="button" class="pill" onClick={() => { go({ q: 'is:unread' }); }} data-testid="unread-count">{unseen.toLocaleString()} unread</button>}</>
        : <><strong>{letters.value.length.toLocaleString()}{hasMore() ? '+' : ''} found</strong><button type="button" class="pill" onClick={() => { go({ q: '' }); }} data-testid="show-all">show everything</button></>}
      <span class="grow" />
      <span class={`busy${isLoading.value ? ' is-busy' : ''}`} aria-hidden="true" />
    </div>
  );
}

function Nothing(): JSX.Element {
  return <p class="nothing" data-testid="nothing">{route.value.q === '' ? 'No letter yet. It will slide in here as soon as it is sent.' : 'Nothing is found.'}</p>;
}

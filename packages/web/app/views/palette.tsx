/**
 * The palette: everything that can be done, by its name.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ACTS, isPaletteOpen, openLetter } from '../state/acts.ts';
import { letters } from '../state/inbox.ts';

const LETTERS_SHOWN = 5;

interface Entry {
  readonly name: string;
  readonly keys?: string;
  readonly run: () => void;
}

export function Palette(): JSX.Element {
  const text = useSignal('');
  const at = useSignal(0);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => { field.current?.focus(); }, []);
  const entries = found(text.value);
  const run = (entry: Entry | undefined): void => {
    isPaletteOpen.value = false;
    entry?.run();
  };
  const onKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      at.value = (at.value + by + entries.length) % Math.max(1, entries.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(entries[at.value]);
    }
  };
  return (
    <div class="veil" onClick={(event) => { if (event.target === event.currentTarget) isPaletteOpen.value = false; }}>
      <div class="palette" role="dialog" aria-modal="true" aria-label="What to do" data-testid="palette">
        <input
          ref={field} type="text" placeholder="What to do, or which letter" aria-label="What to do" role="combobox" aria-expanded="true" aria-controls="palette-entries" aria-activedescendant={`palette-${at.value}`}
          value={text.value} onInput={(event) => { text.value = event.currentTarget.value; at.value = 0; }} onKeyDown={onKey}
        />
        <ul id="palette-entries" role="listbox" aria-label="Choices">
          {entries.map((entry, index) => (
            <li key={entry.name} id={`palette-${index}`} role="option" aria-selected={index === at.value} class={index === at.value ? 'is-at' : ''} onClick={() => { run(entry); }} onMouseEnter={() => { at.value = index; }}>
              {entry.name}{entry.keys !== undefined && <kbd>{entry.keys}</kbd>}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function found(text: string): readonly Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const matches = (name: string): boolean => words.every((word) => name.toLowerCase().includes(word));
  const acts = ACTS.filter((act) => act.isOffered() && matches(act.name));
  const some = words.length === 0 ? [] : letters.value.filter(({ subject, from }) => matches(`${subject} ${from[0]?.address ?? ''}`)).slice(0, LETTERS_SHOWN);
  return [...acts, ...some.map(({ id, subject }): Entry => ({ name: `Open “${subject}”`, run: () => { openLetter(id); } }))];
}

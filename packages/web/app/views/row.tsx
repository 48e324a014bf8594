/**
 * One letter in the list: who, what, when; as much as two lines hold.
 */
import type { JSX } from 'preact';
import type { LetterItem } from '../../src/shapes.ts';
import { hueOf, nameOf, names, shortTime, size } from '../format.ts';
import { openLetter, toggleChosen } from '../state/acts.ts';
import { chosen, fresh } from '../state/inbox.ts';
import { href, route } from '../state/route.ts';
import { Icon } from './icons.tsx';
import { Tag } from './tag.tsx';

const TAGS_SHOWN = 2;

export function Row({ letter, top }: { readonly letter: LetterItem; readonly top: number }): JSX.Element {
  const { id, from, to, subject, snippet, isSeen, isFlagged, attachments, tags, octets, at } = letter;
  const isChosen = chosen.value.has(id);
  const isOpen = route.value.letter === id;
  const sender = nameOf(from[0]);
  const classes = ['row', isSeen ? '' : 'is-unread', isOpen ? 'is-open' : '', isChosen ? 'is-chosen' : '', fresh.value.has(id) ? 'is-fresh' : ''].filter((each) => each !== '').join(' ');
  return (
    <li class={classes} style={{ transform: `translateY(${top}px)` }} data-testid="row" data-letter={id}>
      <button type="button" class="avatar" style={{ '--hue': hueOf(from[0]?.address ?? '') }} aria-label={`Choose ${subject}`} aria-pressed={isChosen} onClick={() => { toggleChosen(id); }}>
        {isChosen ? <Icon name="check" /> : initialOf(sender)}
      </button>
      <a class="row-link" href={href({ q: route.value.q, letter: id })} aria-current={isOpen} onClick={(event) => { if (event.metaKey || event.ctrlKey || event.shiftKey) return; event.preventDefault(); openLetter(id); }}>
        <span class="row-top">
          <span class="row-from">{sender}</span>
          <span class="row-to"><span class="visually-hidden">to</span> → {names(to)}</span>
          <span class="grow" />
          {isFlagged && <span class="row-star"><Icon name="star" isFilled /></span>}
          {attachments > 0 && <span class="row-clip" title={`${attachments} attached`}><Icon name="clip" /></span>}
          <time class="row-time" dateTime={at} title={`${at}, ${size(octets)}`}>{shortTime(at, Date.now())}</time>
        </span>
        <span class="row-bottom">
          <span class="row-text"><span class="row-subject">{subject === '' ? 'No subject' : subject}</span> <span class="row-snippet">{snippet}</span></span>
          {tags.slice(0, TAGS_SHOWN).map((tag) => <Tag key={tag} name={tag} />)}
          <span class="row-size">{size(octets)}</span>
        </span>
      </a>
    </li>
  );
}

function initialOf(name: string): string {
  return (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? '?').toUpperCase();
}

/**
 * A letter: who and when, then one of its faces.
 */
import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { LetterDetail, Person } from '../../src/shapes.ts';
import { longTime, size } from '../format.ts';
import { api, ApiProblem, partUrl, rawUrl } from '../state/api.ts';
import { removeTargets, reply } from '../state/acts.ts';
import { change, letters } from '../state/inbox.ts';
import { say } from '../state/notices.ts';
import { go, href, route } from '../state/route.ts';
import type { Tab } from '../state/route.ts';
import { session } from '../state/session.ts';
import { ChecksTab } from '../tabs/checks.tsx';
import { HeadersTab } from '../tabs/headers.tsx';
import { HtmlTab } from '../tabs/html.tsx';
import { JourneyTab } from '../tabs/journey.tsx';
import { PartsTab } from '../tabs/parts.tsx';
import { RawTab } from '../tabs/raw.tsx';
import { SourceTab } from '../tabs/source.tsx';
import { TextTab } from '../tabs/text.tsx';
import { verdictOf } from '../tabs/verdict.ts';
import { Icon, IconButton } from './icons.tsx';
import { PersonLink, TagLink } from './tag.tsx';

export function Letter({ id }: { readonly id: string }): JSX.Element {
  const letter = useSignal<LetterDetail | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => {
    api.letter(id).then((found) => {
      letter.value = found;
      if (!found.isSeen) void change([found.id], { seen: true });
    }).catch((error: unknown) => {
      problem.value = error instanceof ApiProblem ? error.message : String(error);
    });
  }, [id, letter, problem]);
  if (problem.value !== undefined) return <p class="nothing">{problem.value}</p>;
  if (letter.value === undefined) return <div class="letter" />;
  return (
    <article class="letter" aria-label={letter.value.subject} data-testid="letter">
      <LetterHead letter={letter.value} />
      <Tabs letter={letter.value} />
    </article>
  );
}

function LetterHead({ letter }: { readonly letter: LetterDetail }): JSX.Element {
  const { id, subject, from, to, cc, bcc, replyTo, envelope, at, octets, attached } = letter;
  const listed = letters.value.find((each) => each.id === id);
  const isFlagged = listed?.isFlagged ?? letter.isFlagged;
  const tags = listed?.tags ?? letter.tags;
  const outer = envelope === undefined ? [] : envelope.recipients.filter((address) => ![...to, ...cc, ...bcc].some((person) => person.address.toLowerCase() === address.toLowerCase()));
  return (
    <header class="letter-head">
      <div class="letter-title">
        <span class="only-phone"><IconButton name="back" label="Back to the list" keys="Esc" onClick={() => { go({ q: route.value.q }); }} /></span>
        <h1 data-testid="subject">{subject === '' ? 'No subject' : subject}</h1>
        <IconButton name="star" label="Star" keys="s" isOn={isFlagged} onClick={() => { void change([id], { flagged: !isFlagged }); }} />
        <IconButton name="reply" label="Reply" keys="r" testid="reply" onClick={reply} />
        <a class="icon-button" href={rawUrl(id, true)} aria-label="Download as .eml" title="Download as .eml"><Icon name="down" /></a>
        <IconButton name="trash" label="Delete" keys="Del" testid="delete" onClick={removeTargets} />
      </div>
      <dl class="letter-people">
        <People name="From" people={from} />
        <People name="To" people={to} />
        <People name="Cc" people={cc} />
        <People name="Bcc" people={bcc} />
        <People name="Reply to" people={replyTo.filter((person) => !from.some(({ address }) => address === person.address))} />
        <People name="Delivered to" people={outer.map((address) => ({ name: '', address }))} />
      </dl>
      <p class="letter-facts">
        <time dateTime={at}>{longTime(at)}</time> · {size(octets)}
        {tags.map((tag) => <TagLink key={tag} name={tag} />)}
        <TagField id={id} />
      </p>
      {attached.some(({ contentId, disposition }) => contentId === undefined || disposition === 'attachment') && (
        <ul class="attachments" aria-label="Attachments">
          {attached.filter(({ contentId, disposition }) => contentId === undefined || disposition === 'attachment').map(({ number, filename, type, octets: its }) => (
            <li key={number}><a href={partUrl(id, number, true)} data-testid="attachment"><Icon name="clip" />{filename ?? type} <span class="soft">{size(Math.round(its * 0.73))}</span></a></li>
          ))}
        </ul>
      )}
    </header>
  );
}

function People({ name, people }: { readonly name: string; readonly people: readonly Person[] }): JSX.Element | null {
  if (people.length === 0) return null;
  return <><dt>{name}</dt><dd>{people.map((person, index) => <span key={`${person.address}${index}`}><PersonLink person={person} />{index < people.length - 1 ? ', ' : ''}</span>)}</dd></>;
}

function TagField({ id }: { readonly id: string }): JSX.Element {
  const isOpen = useSignal(false);
  const add = (event: Event & { readonly currentTarget: HTMLInputElement }): void => {
    const tag = event.currentTarget.value.trim();
    isOpen.value = false;
    if (tag !== '') void change([id], { addTags: [tag] });
  };
  if (!isOpen.value) return <button type="button" class="pill" onClick={() => { isOpen.value = true; }} data-testid="add-tag">+ tag</button>;
  return <input class="tag-field" aria-label="Tag" ref={(field) => { field?.focus(); }} onBlur={add} onKeyDown={(event) => { if (event.key === 'Enter') add(event); }} />;
}

interface TabSpec {
  readonly tab: Tab;
  readonly name: string;
  readonly show: (letter: LetterDetail) => JSX.Element;
}

const TABS: readonly TabSpec[] = [
  { tab: 'html', name: 'HTML', show: (letter) => <HtmlTab letter={letter} /> },
  { tab: 'text', name: 'Text', show: (letter) => <TextTab id={letter.id} /> },
  { tab: 'source', name: 'Source', show: (letter) => <SourceTab id={letter.id} /> },
  { tab: 'headers', name: 'Headers', show: (letter) => <HeadersTab id={letter.id} /> },
  { tab: 'parts', name: 'Parts', show: (letter) => <PartsTab letter={letter} /> },
  { tab: 'raw', name: 'Raw', show: (letter) => <RawTab id={letter.id} /> },
  { tab: 'checks', name: 'Checks', show: (letter) => <ChecksTab id={letter.id} /> },
  { tab: 'journey', name: 'Journey', show: (letter) => <JourneyTab id={letter.id} /> },
];

function Tabs({ letter }: { readonly letter: LetterDetail }): JSX.Element {
  const offered = TABS.filter(({ tab }) => (letter.hasHtml || (tab !== 'html' && tab !== 'source')) && (tab !== 'journey' || session.value?.role === 'administrator'));
  const open = offered.find(({ tab }) => tab === route.value.tab) ?? offered[0];
  const verdict = useVerdict(letter.id);
  const { q } = route.value;
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Faces of the letter">
        {offered.map(({ tab, name }) => (
          <a
            key={tab} role="tab" id={`tab-${tab}`} aria-selected={tab === open?.tab} aria-controls="face" href={href({ q, letter: letter.id, tab })} data-testid={`tab-${tab}`}
            onClick={(event) => { event.preventDefault(); go({ q, letter: letter.id, tab }, { isReplaced: true }); }}
          >
            {name}{tab === 'checks' && verdict.value !== undefined && <span class={`verdict is-${verdict.value.level}`} data-testid="verdict">{verdict.value.text}</span>}
          </a>
        ))}
      </div>
      <div class="face" role="tabpanel" id="face" aria-labelledby={`tab-${open?.tab ?? ''}`} data-testid="face">{open?.show(letter)}</div>
    </>
  );
}

/** What the checks found, for the tab that leads to them. */
function useVerdict(id: string): Signal<ReturnType<typeof verdictOf> | undefined> {
  const verdict = useSignal<ReturnType<typeof verdictOf> | undefined>(undefined);
  useEffect(() => {
    api.checks(id).then((groups) => {
      verdict.value = verdictOf(groups);
    }).catch((error: unknown) => { say(error); });
  }, [id, verdict]);
  return verdict;
}

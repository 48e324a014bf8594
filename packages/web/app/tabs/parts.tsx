/**
 * The MIME tree, with each part to look at or to take away.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { LetterDetail, PartShown } from '../../src/shapes.ts';
import { size } from '../format.ts';
import { api, partUrl } from '../state/api.ts';
import { Loaded } from './loaded.tsx';

const PREVIEW_OCTETS_MAX = 2_000_000;

export function PartsTab({ letter }: { readonly letter: LetterDetail }): JSX.Element {
  return <ul class="parts" data-testid="parts"><PartRow id={letter.id} part={letter.structure} /></ul>;
}

function PartRow({ id, part }: { readonly id: string; readonly part: PartShown }): JSX.Element {
  const isOpen = useSignal(false);
  const { number, type, filename, charset, encoding, disposition, contentId, octets, parts } = part;
  const about = [filename, charset, encoding === '7bit' ? undefined : encoding, disposition, contentId === undefined ? undefined : `cid:${contentId}`].filter((each) => each !== undefined);
  const isLeaf = parts === undefined;
  const isSmall = octets <= PREVIEW_OCTETS_MAX;
  return (
    <li>
      <div class="part">
        <code class="part-number">{number === '' ? '·' : number}</code>
        <strong>{type}</strong>
        <span class="soft">{[...about, isLeaf ? size(octets) : undefined].filter((each) => each !== undefined).join(' · ')}</span>
        {isLeaf && <><span class="grow" />{isSmall && <button type="button" class="small-button" onClick={() => { isOpen.value = !isOpen.value; }}>{isOpen.value ? 'hide' : 'look'}</button>}<a class="small-button" href={partUrl(id, number, true)}>download</a></>}
      </div>
      {isOpen.value && <Preview id={id} part={part} />}
      {parts !== undefined && <ul class="parts">{parts.map((inner, index) => <PartRow key={index} id={id} part={inner} />)}</ul>}
    </li>
  );
}

/** Pictures as pictures, all else as text. */
function Preview({ id, part }: { readonly id: string; readonly part: PartShown }): JSX.Element {
  if (/^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(part.type)) return <img class="part-image" src={partUrl(id, part.number)} alt={part.filename ?? part.type} />;
  if (part.type === 'text/calendar') return <Loaded id={part.number} load={async (number) => (await api.part(id, number)).text()} show={(text) => <Calendar text={text} />} />;
  return <Loaded id={part.number} load={async (number) => (await api.part(id, number)).text()} show={(text) => <pre class="code" tabIndex={0}>{text}</pre>} />;
}

/** RFC 5545: the few properties that say what an invitation is about. */
function Calendar({ text }: { readonly text: string }): JSX.Element {
  const lines = text.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/);
  const value = (name: string): string | undefined => lines.find((line) => new RegExp(`^${name}[;:]`, 'i').test(line))?.replace(/^[^:]*:/, '').replaceAll(/\\([,;\\])/g, '$1').replaceAll(/\\n/gi, ' ');
  const rows = [['What', 'SUMMARY'], ['When', 'DTSTART'], ['Until', 'DTEND'], ['Where', 'LOCATION'], ['Who asks', 'ORGANIZER'], ['Method', 'METHOD']] as const;
  return <table class="keys card"><tbody>{rows.map(([name, property]) => (value(property) === undefined ? null : <tr key={name}><td>{name}</td><td>{moment(value(property) ?? '')}</td></tr>))}</tbody></table>;
}

function moment(text: string): string {
  const [, year, month, day, hour, minute] = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}Z?)?$/.exec(text) ?? [];
  return year === undefined ? text.replace(/^mailto:/i, '') : `${year}-${month}-${day}${hour === undefined ? '' : ` ${hour}:${minute}`}${text.endsWith('Z') ? ' UTC' : ''}`;
}

/**
 * A tag, or an address, as a search that is a click away.
 */
import type { JSX } from 'preact';
import { hueOf, nameOf } from '../format.ts';
import type { Person } from '../../src/shapes.ts';
import { go, href } from '../state/route.ts';

export function Tag({ name }: { readonly name: string }): JSX.Element {
  return <span class="tag" style={{ '--hue': hueOf(name) }}>{name}</span>;
}

export function TagLink({ name }: { readonly name: string }): JSX.Element {
  const q = `tag:${quoted(name)}`;
  return <a class="tag" style={{ '--hue': hueOf(name) }} href={href({ q })} onClick={(event) => { event.preventDefault(); go({ q }); }} data-testid="tag">{name}</a>;
}

export function PersonLink({ person }: { readonly person: Person }): JSX.Element {
  const q = `addressed:${quoted(person.address)}`;
  return (
    <a class="person" href={href({ q })} title={`All letters from or to ${person.address}`} onClick={(event) => { event.preventDefault(); go({ q }); }}>
      {person.name === '' ? nameOf(person) : <>{person.name} <span class="person-address">{person.address}</span></>}
    </a>
  );
}

function quoted(text: string): string {
  return /[\s()"]/.test(text) ? `"${text.replaceAll('"', '')}"` : text;
}

/**
 * What would hold this letter up, or make it look wrong, out in the world.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { api } from '../state/api.ts';
import { say } from '../state/notices.ts';
import { Loaded } from './loaded.tsx';

const SIGNS = { good: '✓', hint: 'i', warning: '!', error: '✕' } as const;

export function ChecksTab({ id }: { readonly id: string }): JSX.Element {
  return <Loaded id={id} load={api.checks} show={(groups) => (
    <div class="checks" data-testid="checks">
      {groups.map(({ name, items }) => (
        <section key={name}>
          <h2>{name}</h2>
          <ul>{items.map(({ level, text, detail }, index) => <li key={index} class={`is-${level}`}><span class="sign" aria-label={level}>{SIGNS[level]}</span><div>{text}{detail !== undefined && <div class="soft">{detail}</div>}</div></li>)}</ul>
        </section>
      ))}
      <LinkCheck id={id} />
    </div>
  )} />;
}

/** Asks other hosts, so only when told to. */
function LinkCheck({ id }: { readonly id: string }): JSX.Element {
  const links = useSignal<Awaited<ReturnType<typeof api.links>> | undefined>(undefined);
  const isBusy = useSignal(false);
  const run = async (): Promise<void> => {
    isBusy.value = true;
    try {
      links.value = await api.links(id);
    } catch (error) {
      say(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <section>
      <h2>Links</h2>
      {links.value === undefined
        ? <p><button type="button" class="small-button" disabled={isBusy.value} onClick={() => { void run(); }} data-testid="check-links">{isBusy.value ? 'Asking …' : 'Ask whether they lead somewhere'}</button> <span class="soft">Their hosts are asked from this machine.</span></p>
        : <ul>{links.value.map(({ url, status, text }) => <li key={url} class={status >= 200 && status < 400 ? 'is-good' : 'is-error'}><span class="sign">{status >= 200 && status < 400 ? '✓' : '✕'}</span><div>{url}<div class="soft">{status === 0 ? text : `${status} ${text}`}</div></div></li>)}{links.value.length === 0 && <li class="is-good"><span class="sign">✓</span>There are none.</li>}</ul>}
    </section>
  );
}

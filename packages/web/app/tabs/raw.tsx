/**
 * The letter as it is kept, octet for octet.
 */
import type { JSX } from 'preact';
import { api, rawUrl } from '../state/api.ts';
import { Loaded } from './loaded.tsx';

const SHOWN_CHARS_MAX = 500_000;

export function RawTab({ id }: { readonly id: string }): JSX.Element {
  return <Loaded id={id} load={api.raw} show={(raw) => (
    <>
      <p class="remark"><a href={rawUrl(id)} target="_blank" rel="noopener">Alone in a window</a> · <a href={rawUrl(id, true)}>Download</a></p>
      <pre class="code" tabIndex={0} data-testid="raw">{raw.slice(0, SHOWN_CHARS_MAX)}</pre>
      {raw.length > SHOWN_CHARS_MAX && <p class="remark">Cut off here; the download has all of it.</p>}
    </>
  )} />;
}

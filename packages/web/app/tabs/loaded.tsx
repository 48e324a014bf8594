/**
 * Something that has to be asked for before it can be shown.
 */
import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

export function Loaded<T>({ id, load, show }: { readonly id: string; readonly load: (id: string) => Promise<T>; readonly show: (loaded: T) => JSX.Element }): JSX.Element {
  const { loaded, problem } = useLoaded(id, load);
  if (problem.value !== undefined) return <p class="nothing">{problem.value}</p>;
  return loaded.value === undefined ? <div class="face-loading" /> : show(loaded.value);
}

export function useLoaded<T>(id: string, load: (id: string) => Promise<T>): { readonly loaded: Signal<T | undefined>; readonly problem: Signal<string | undefined> } {
  const loaded = useSignal<T | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => {
    let isLeft = false;
    load(id).then((found) => {
      if (!isLeft) loaded.value = found;
    }).catch((error: unknown) => {
      problem.value = error instanceof Error ? error.message : String(error);
    });
    return () => { isLeft = true; };
  }, [id]);
  return { loaded, problem };
}

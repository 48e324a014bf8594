/**
 * What is under way to other hosts, and why it is still here.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { longTime } from '../format.ts';
import { api } from '../state/api.ts';
import type { QueuedLetter } from '../state/api.ts';
import { say } from '../state/notices.ts';

const LOOK_MS = 3000;

export function Queue(): JSX.Element {
  const queued = useSignal<readonly QueuedLetter[] | undefined>(undefined);
  const look = async (): Promise<void> => {
    try {
      queued.value = await api.queue();
    } catch (error) {
      say(error);
    }
  };
  useEffect(() => {
    void look();
    const timer = setInterval(() => { void look(); }, LOOK_MS);
    return () => { clearInterval(timer); };
  }, []);
  const act = async (what: 'retry' | 'hold' | 'release' | 'cancel', id: string): Promise<void> => {
    try {
      await api.queueAct(what, [id]);
      await look();
    } catch (error) {
      say(error);
    }
  };
  return (
    <article class="page" data-testid="queue-page">
      <h1>Under way</h1>
      {queued.value?.length === 0 && <p class="soft">Nothing is under way. What is meant for other hosts waits here until they take it.</p>}
      {queued.value?.map(({ id, sender, subject, recipients, expiresAt }) => (
        <section class="card" key={id}>
          <h2>{subject ?? 'No subject'} <span class="soft">{sender === '' ? 'a notice of ours' : `from ${sender}`}, until {longTime(expiresAt)}</span></h2>
          <ul>
            {recipients.map(({ address, state, attempts, nextAt, remark }) => (
              <li key={address}><strong>{address}</strong> {state}{attempts > 0 && `, ${attempts} tries`}{nextAt !== undefined && `, next ${longTime(nextAt)}`}{remark !== undefined && <span class="soft"> “{remark.code === 0 ? '' : `${remark.code} `}{remark.text}”{remark.host !== '' && ` from ${remark.host}`}</span>}</li>
            ))}
          </ul>
          <p class="acts">{(['retry', 'hold', 'release', 'cancel'] as const).map((what) => <button key={what} type="button" class="small-button" onClick={() => { void act(what, id); }}>{what}</button>)}</p>
        </section>
      ))}
    </article>
  );
}

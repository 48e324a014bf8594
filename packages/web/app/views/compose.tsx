/**
 * Writing a letter, or answering one.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { longTime, nameOf } from '../format.ts';
import { api } from '../state/api.ts';
import { change } from '../state/inbox.ts';
import { writeLetter } from '../letter-writer.ts';
import { say } from '../state/notices.ts';
import { go, route } from '../state/route.ts';
import { session } from '../state/session.ts';
import { IconButton } from './icons.tsx';

export function Compose({ replyTo }: { readonly replyTo: string | undefined }): JSX.Element {
  const draft = useSignal({ from: session.value?.address ?? 'me@localhost', to: '', subject: '', text: '', references: '', inReplyTo: '' });
  const set = (changes: Partial<typeof draft.value>): void => { draft.value = { ...draft.value, ...changes }; };
  useEffect(() => {
    if (replyTo !== undefined) void answer(replyTo).then(set).catch((error: unknown) => { say(error); });
  }, [replyTo]);
  const send = async (): Promise<void> => {
    const { from, to } = draft.value;
    const recipients = to.split(/[,;\s]+/).filter((each) => each !== '');
    try {
      await api.send({ from, to: recipients, raw: writeLetter({ ...draft.value, to: recipients, at: new Date() }) });
      if (replyTo !== undefined) void change([replyTo], { answered: true });
      say('Sent.');
      go({ q: route.value.q });
    } catch (error) {
      say(error);
    }
  };
  const { from, to, subject, text } = draft.value;
  return (
    <form class="page compose" onSubmit={(event) => { event.preventDefault(); void send(); }} data-testid="compose-form">
      <div class="letter-title"><h1>{replyTo === undefined ? 'A letter' : 'An answer'}</h1><IconButton name="close" label="Leave" keys="Esc" onClick={() => { go({ q: route.value.q }); }} /></div>
      <label>From<input name="from" required value={from} onInput={(event) => { set({ from: event.currentTarget.value }); }} /></label>
      <label>To<input name="to" required value={to} placeholder="eve@elm.test, bob@elm.test" onInput={(event) => { set({ to: event.currentTarget.value }); }} /></label>
      <label>Subject<input name="subject" value={subject} onInput={(event) => { set({ subject: event.currentTarget.value }); }} /></label>
      <label class="compose-text">Text<textarea name="text" value={text} onInput={(event) => { set({ text: event.currentTarget.value }); }} /></label>
      <p><button type="submit" class="main-button" data-testid="send">Send</button></p>
    </form>
  );
}

/** RFC 5322 §3.6.4. */
async function answer(id: string): Promise<{ from: string; to: string; subject: string; text: string; references: string; inReplyTo: string }> {
  const [letter, { text }, headers] = await Promise.all([api.letter(id), api.rendering(id), api.headers(id)]);
  const before = headers.find(({ name }) => name.toLowerCase() === 'references')?.value ?? '';
  const quoted = text.trimEnd().split('\n').map((line) => `>${line.startsWith('>') ? '' : ' '}${line}`).join('\n');
  return {
    from: session.value?.address ?? letter.envelope?.recipients[0] ?? letter.to[0]?.address ?? 'me@localhost',
    to: (letter.replyTo.length > 0 ? letter.replyTo : letter.from).map(({ address }) => address).join(', '),
    subject: /^re:/i.test(letter.subject) ? letter.subject : `Re: ${letter.subject}`,
    text: `\n\n${nameOf(letter.from[0])} wrote on ${longTime(letter.sentAt ?? letter.at)}:\n${quoted}\n`,
    references: `${before} ${letter.messageId}`.trim(),
    inReplyTo: letter.messageId,
  };
}

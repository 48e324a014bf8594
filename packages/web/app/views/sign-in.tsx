/**
 * Signing in, where mail is kept for people.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { session, signIn } from '../state/session.ts';

export function SignIn(): JSX.Element {
  const address = useSignal('');
  const password = useSignal('');
  const problem = useSignal<string | undefined>(undefined);
  const submit = async (): Promise<void> => {
    try {
      await signIn(address.value, password.value);
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <main class="sign-in">
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <h1>Posthorn</h1>
        <p class="soft">{session.value?.hostname}</p>
        <label>Address<input type="email" autocomplete="username" required value={address.value} onInput={(event) => { address.value = event.currentTarget.value; }} /></label>
        <label>Password<input type="password" autocomplete="current-password" required value={password.value} onInput={(event) => { password.value = event.currentTarget.value; }} /></label>
        {problem.value !== undefined && <p class="problem" role="alert">{problem.value}</p>}
        <button type="submit" class="main-button">Sign in</button>
      </form>
    </main>
  );
}

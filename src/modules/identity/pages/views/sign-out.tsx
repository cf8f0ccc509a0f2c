import type { View } from './layout.js';
import { type Onward, OnwardButton } from './account.js';

/** @param form the provider's own form, `op.logoutForm`, with its CSRF secret; the provider escaped it */
export const signOutView = (view: { form: string; client: string | undefined; onward: Onward }): View => ({
  title: 'Sign out?',
  body: (
    <>
      <p class="lead">
        {view.client ? `You are asked by ${view.client} to sign out. ` : ''}This browser is signed out of every application that you signed
        in to here.
      </p>
      <div dangerouslySetInnerHTML={{ __html: view.form }} />
      <div class="stack">
        <button class="button" form="op.logoutForm" type="submit" name="logout" value="yes" autofocus>
          Sign out
        </button>
        <OnwardButton {...view.onward} second />
      </div>
    </>
  ),
});

/** Another person was signed in here before: their session ends before the new one begins. */
export const otherPersonView = (view: { action: string; secret: string }): View => ({
  title: 'Somebody else is signed in',
  body: (
    <>
      <p class="lead">In this browser another account is signed in. It is signed out before you continue with yours.</p>
      <form method="post" action={view.action}>
        <input type="hidden" name="xsrf" value={view.secret} />
        <button class="button" type="submit" name="logout" value="yes" autofocus>
          Continue
        </button>
      </form>
    </>
  ),
});

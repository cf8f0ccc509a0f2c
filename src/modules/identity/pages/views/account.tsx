import type { ComponentChildren } from 'preact';
import type { Problem } from '../problem.js';
import { AccountName, Field, Form, PasswordField, Submit } from './form.js';
import type { View } from './layout.js';

/** Where a page leads on to: the sign-in that waits, or the application. */
export interface Onward {
  readonly href: string;
  readonly label: string;
}

interface AccountForm {
  readonly csrf: string;
  readonly problem?: Problem;
}

export const registerView = (view: AccountForm & { name: string; email: string; onward: Onward }): View => ({
  title: 'Create your account',
  problem: view.problem,
  body: (
    <>
      <p class="lead">You get a team of your own, and can join others by invitation.</p>
      <Form action="/register" csrf={view.csrf}>
        <Field name="name" label="Your name" autocomplete="name" value={view.name} problem={view.problem} first />
        <Field
          {...{ name: 'email', label: 'E-mail address', type: 'email', inputmode: 'email', autocomplete: 'username' }}
          value={view.email}
          problem={view.problem}
        />
        <PasswordField label="Password" problem={view.problem} />
        <Submit>Create account</Submit>
      </Form>
      <div class="more">
        <p>
          You have an account already? <a href={view.onward.href}>{view.onward.label}</a>
        </p>
      </div>
    </>
  ),
});

/** The same whether there is an account or not. */
export const checkMailView = (view: { email: string; what: string; onward: Onward }): View => ({
  title: 'Look into your mail',
  body: (
    <>
      <p>
        {`${view.what} `}
        <strong>{view.email}</strong>.
      </p>
      <p class="quiet">It may take a minute. If nothing comes, look into the spam folder and check the address.</p>
      <OnwardButton {...view.onward} second />
    </>
  ),
});

/** Mail scanners follow links: only the button does the deed. */
export const confirmLinkView = (view: AccountForm & { title: string; text: string; button: string; action: string }): View => ({
  title: view.title,
  problem: view.problem,
  body: (
    <>
      <p class="lead">{view.text}</p>
      <Form action={view.action} csrf={view.csrf}>
        <Submit>{view.button}</Submit>
      </Form>
    </>
  ),
});

export const forgotPasswordView = (view: AccountForm & { email: string; onward: Onward }): View => ({
  title: 'Forgot your password?',
  problem: view.problem,
  body: (
    <>
      <p class="lead">Tell us your e-mail address and we send you a link to choose a new one.</p>
      <Form action="/forgot-password" csrf={view.csrf}>
        <Field
          {...{ name: 'email', label: 'E-mail address', type: 'email', inputmode: 'email', autocomplete: 'username', first: true }}
          value={view.email}
          problem={view.problem}
        />
        <Submit>Send link</Submit>
      </Form>
      <div class="more">
        <p>
          <a href={view.onward.href}>{view.onward.label}</a>
        </p>
      </div>
    </>
  ),
});

export const resetPasswordView = (view: AccountForm & { action: string; email: string }): View => ({
  title: 'Choose a new password',
  problem: view.problem,
  body: (
    <>
      <p class="lead">
        for <strong>{view.email}</strong>. You are signed out everywhere once it is saved.
      </p>
      <Form action={view.action} csrf={view.csrf}>
        <AccountName email={view.email} />
        <PasswordField label="New password" problem={view.problem} first />
        <Submit>Save password</Submit>
      </Form>
    </>
  ),
});

/** A page that only says something. */
export const messageView = (view: { title: string; text: ComponentChildren; onward?: Onward; failed?: boolean }): View => ({
  title: view.title,
  failed: view.failed,
  body: (
    <>
      <p class="lead">{view.text}</p>
      {view.onward && <OnwardButton {...view.onward} />}
    </>
  ),
});

export const OnwardButton = ({ href, label, second }: Onward & { second?: boolean }): ReturnType<typeof Submit> => (
  <a class={second ? 'button second' : 'button'} href={href}>
    {label}
  </a>
);

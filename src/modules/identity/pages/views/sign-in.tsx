import type { VNode } from 'preact';
import type { FederatedProvider } from '../../federation/federated-providers.js';
import type { Problem } from '../problem.js';
import { AccountName, Field, Form, LinkButton, PasswordField, Submit } from './form.js';
import type { View } from './layout.js';

/** One authorization request, as its pages need it. */
export interface Request {
  readonly uid: string;
  readonly csrf: string;
  /** Name of the application that asks. */
  readonly client: string;
}

interface Step {
  readonly request: Request;
  readonly problem?: Problem;
}

const path = ({ uid }: Request, step = ''): string => `/sign-in/${encodeURIComponent(uid)}${step && `/${step}`}`;

export const passwordView = (view: Step & { email: string; providers: readonly FederatedProvider[]; registration: boolean }): View => ({
  title: 'Sign in',
  problem: view.problem,
  body: (
    <>
      <p class="lead">
        to continue to <strong>{view.request.client}</strong>
      </p>
      <Form action={path(view.request, 'password')} csrf={view.request.csrf}>
        <Field
          {...{ name: 'email', label: 'E-mail address', type: 'email', inputmode: 'email', autocomplete: 'username' }}
          value={view.email}
          problem={view.problem}
          first={!view.email}
        />
        <Field
          {...{ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' }}
          problem={view.problem}
          first={view.email !== ''}
          aside={<a href="/forgot-password">Forgot password?</a>}
        />
        <Submit>Sign in</Submit>
      </Form>
      {view.providers.length > 0 && (
        <>
          <div class="or">or</div>
          <div class="stack">
            {view.providers.map(({ id, name }) => (
              <a class="button second" href={path(view.request, `with/${encodeURIComponent(id)}`)}>
                {`Continue with ${name}`}
              </a>
            ))}
          </div>
        </>
      )}
      <div class="more">
        {view.registration && (
          <p>
            No account yet? <a href="/register">Register</a>
          </p>
        )}
        <Cancel request={view.request} />
      </div>
    </>
  ),
});

export const secondFactorView = (view: Step & { email: string }): View => ({
  title: 'Enter your code',
  problem: view.problem,
  body: (
    <>
      <Who {...view} />
      <Form action={path(view.request, 'second-factor')} csrf={view.request.csrf}>
        <Field
          {...{ name: 'code', label: 'Code', hint: 'Six digits from your authenticator app.', autocomplete: 'one-time-code' }}
          {...{ inputmode: 'numeric', code: true, first: true }}
          problem={view.problem}
        />
        <Submit>Continue</Submit>
      </Form>
      <div class="more">
        <p>
          No access to the app? <a href={`${path(view.request)}?factor=recovery`}>Use a recovery code</a>
        </p>
        <Cancel request={view.request} />
      </div>
    </>
  ),
});

export const recoveryCodeView = (view: Step & { email: string }): View => ({
  title: 'Use a recovery code',
  problem: view.problem,
  body: (
    <>
      <Who {...view} />
      <Form action={path(view.request, 'recovery-code')} csrf={view.request.csrf}>
        <Field
          {...{ name: 'code', label: 'Recovery code', hint: 'One of the ten codes that you kept. Each works once.', autocomplete: 'off' }}
          {...{ code: true, first: true }}
          problem={view.problem}
        />
        <Submit>Continue</Submit>
      </Form>
      <div class="more">
        <p>
          <a href={path(view.request)}>Use the authenticator app instead</a>
        </p>
        <Cancel request={view.request} />
      </div>
    </>
  ),
});

export const newPasswordView = (view: Step & { email: string }): View => ({
  title: 'Choose a new password',
  problem: view.problem,
  body: (
    <>
      <Who {...view} />
      <p>Your password was handed to you by somebody else. Choose one that only you know.</p>
      <Form action={path(view.request, 'new-password')} csrf={view.request.csrf}>
        <AccountName email={view.email} />
        <PasswordField label="New password" problem={view.problem} first />
        <Submit>Save and continue</Submit>
      </Form>
      <div class="more">
        <Cancel request={view.request} />
      </div>
    </>
  ),
});

export const verifyEmailView = (view: Step & { email: string; sent: boolean }): View => ({
  title: 'Confirm your address',
  problem: view.problem,
  body: (
    <>
      {view.sent && (
        <div class="notice good" role="status">
          <p>We sent you another mail.</p>
        </div>
      )}
      <Who {...view} />
      <p>
        We sent a mail to <strong>{view.email}</strong>. Follow its link, then come back here.
      </p>
      <a class="button" href={path(view.request)}>
        I have confirmed it
      </a>
      <div class="more">
        <p>Nothing there? Look into the spam folder, or let us send it again.</p>
        <div class="stack">
          <LinkButton action={path(view.request, 'verification')} csrf={view.request.csrf}>
            Send the mail again
          </LinkButton>
          <Cancel request={view.request} />
        </div>
      </div>
    </>
  ),
});

const Who = ({ email, request }: { email: string; request: Request }): VNode => (
  <div class="who">
    <strong>{email}</strong>
    <LinkButton action={path(request, 'again')} csrf={request.csrf}>
      Not you?
    </LinkButton>
  </div>
);

const Cancel = ({ request }: { request: Request }): VNode => (
  <LinkButton action={path(request, 'cancel')} csrf={request.csrf}>
    {`Cancel and go back to ${request.client}`}
  </LinkButton>
);

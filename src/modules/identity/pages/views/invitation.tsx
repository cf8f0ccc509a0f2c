import type { ComponentChildren, VNode } from 'preact';
import type { Problem } from '../problem.js';
import type { InvitationShown } from '../../teams/invitations.js';
import { Field, Form, PasswordField, Submit } from './form.js';
import type { View } from './layout.js';

interface InvitationView {
  readonly invitation: InvitationShown;
  /** Path of the invitation's page. */
  readonly path: string;
  readonly csrf: string;
  readonly problem?: Problem;
}

/** Nobody is signed in here. */
export const invitationView = (view: InvitationView & { signIn: string; name: string }): View =>
  of(
    view,
    view.invitation.hasAccount ? (
      <a class="button" href={view.signIn}>
        Sign in to join
      </a>
    ) : (
      <>
        <Form action={`${view.path}/register`} csrf={view.csrf}>
          <div class="field">
            <label for="invited">E-mail address</label>
            <input id="invited" type="email" value={view.invitation.email} autocomplete="username" readOnly />
          </div>
          <Field name="name" label="Your name" autocomplete="name" value={view.name} problem={view.problem} first />
          <PasswordField label="Password" problem={view.problem} />
          <Submit>Create account and join</Submit>
        </Form>
        <div class="more">
          <p class="quiet">{`The invitation is for ${view.invitation.email}; it cannot be used with another address.`}</p>
        </div>
      </>
    ),
  );

/** The invited person is signed in. */
export const acceptInvitationView = (view: InvitationView): View =>
  of(
    view,
    <Form action={view.path} csrf={view.csrf}>
      <Submit>{`Join ${view.invitation.team}`}</Submit>
    </Form>,
  );

/** Somebody else is signed in. */
export const wrongPersonView = (view: InvitationView & { signedInAs: string; signIn: string }): View =>
  of(
    view,
    <>
      <div class="notice bad">
        <p>{`You are signed in as ${view.signedInAs}, and the invitation is for ${view.invitation.email}.`}</p>
      </div>
      <a class="button" href={view.signIn}>
        Use another account
      </a>
    </>,
  );

const of = (view: InvitationView, rest: ComponentChildren): View => ({
  title: `Join ${view.invitation.team}`,
  problem: view.problem,
  body: (
    <>
      <Lead {...view.invitation} />
      {rest}
    </>
  ),
});

const Lead = ({ inviter, team }: InvitationShown): VNode => (
  <p class="lead">
    <strong>{inviter || 'Somebody'}</strong> invites you to the team <strong>{team}</strong>.
  </p>
);

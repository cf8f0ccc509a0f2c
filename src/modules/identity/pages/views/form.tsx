import type { ComponentChildren, VNode } from 'preact';
import type { Problem } from '../problem.js';

/** A form with its CSRF token. Browsers leave the checking to us, so that every complaint is shown in the same way. */
export const Form = (props: { action: string; csrf: string; children: ComponentChildren }): VNode => (
  <form method="post" action={props.action} noValidate>
    <input type="hidden" name="csrf" value={props.csrf} />
    {props.children}
  </form>
);

export interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password';
  readonly value?: string;
  /** What password managers and keyboards go by (HTML's autofill tokens). */
  readonly autocomplete: string;
  readonly inputmode?: 'numeric' | 'email';
  readonly hint?: string;
  readonly problem?: Problem;
  /** Gets the focus when nothing is wrong; else the summary of errors has it. */
  readonly first?: boolean;
  readonly code?: boolean;
  /** Stands beside the label. */
  readonly aside?: ComponentChildren;
}

export function Field({ name, label, type = 'text', problem, hint, aside, ...rest }: FieldProps): VNode {
  const kind = type as 'text'; // the types tell kinds of input apart by what else each may have
  const wrong = problem?.fields[name];
  const described = [hint && `${name}-hint`, wrong && `${name}-error`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <div class="field-head">
        <label for={name}>{label}</label>
        {aside}
      </div>
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <p class="wrong" id={`${name}-error`}>
          {wrong}
        </p>
      )}
      <input
        {...{ id: name, name, required: true, value: rest.value, autocomplete: rest.autocomplete, inputMode: rest.inputmode }}
        type={kind}
        class={rest.code ? 'code' : undefined}
        autofocus={rest.first && !problem}
        aria-invalid={wrong ? 'true' : undefined}
        aria-describedby={described || undefined}
        {...(type === 'email' || rest.code ? { autocapitalize: 'none', spellcheck: false } : {})}
      />
    </div>
  );
}

/** Tells password managers whose password the form is about; not sent. */
export const AccountName = ({ email }: { email: string }): VNode => (
  <span class="unseen" aria-hidden="true">
    <input type="text" value={email} autocomplete="username" readOnly tabIndex={-1} />
  </span>
);

export const Submit = ({ children }: { children: ComponentChildren }): VNode => (
  <button class="button" type="submit">
    {children}
  </button>
);

/** A deed that looks like a link. */
export const LinkButton = (props: { action: string; csrf: string; children: ComponentChildren }): VNode => (
  <form method="post" action={props.action}>
    <input type="hidden" name="csrf" value={props.csrf} />
    <button class="link" type="submit">
      {props.children}
    </button>
  </form>
);

export const PASSWORD_HINT = 'At least 8 characters, among them an upper-case and a lower-case letter, a digit and a special character.';

export const PasswordField = (props: { label: string; problem?: Problem; first?: boolean }): VNode => (
  <Field {...props} name="password" type="password" autocomplete="new-password" hint={PASSWORD_HINT} />
);

import { Injectable, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Settings } from '../../../config/index.js';
import type { ContextRequest } from '../../../platform/access/index.js';
import type { RequestContext } from '../../../platform/context/index.js';
import { AppKeys, Random } from '../../../platform/crypto/index.js';
import { DomainError, RateLimited, ValidationFailed } from '../../../platform/errors/index.js';
import { validationPipe } from '../../../platform/http/index.js';
import { CodeRefused, SignInRefused } from '../errors.js';
import { cookieOf, hostCookie, setCookie } from './cookies.js';
import { FormRefused } from './errors.js';
import { pageHeaders } from './page-headers.js';
import { type Problem, problemOf } from './problem.js';
import { renderPage, type View } from './views/layout.js';

const PURPOSE = 'csrf';
const SECRET_BYTES = 32;
const SECRET = /^[\w-]{43}$/;

/** A request of a browser and the answer to it. */
export interface Visit {
  readonly ctx: RequestContext;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Where the page's forms may lead on to beside this server: CSP sources. */
  readonly formTargets?: readonly string[];
}

/** @param reply of a route that the access guard has let in */
export function visitOf(reply: FastifyReply): Visit {
  const request = reply.request as ContextRequest;
  return { ctx: request.ctx, request, reply };
}

/** A form's fields as they came in, for showing them again; never passwords. */
export type Typed = (field: string) => string;

export interface FormWork<F extends object> {
  readonly form: Type<F>;
  /** Does what the form asks for and answers. */
  readonly deed: (form: F) => Promise<void>;
  /** The form's page once more, with what was wrong. */
  readonly again: (problem: Problem, typed: Typed) => View | Promise<View>;
}

/** Refusals that a form shows; every other one has a page of its own. */
const SHOWN_IN_FORM = [ValidationFailed, SignInRefused, CodeRefused, RateLimited];

/** How pages are answered and forms taken. */
@Injectable()
export class Pages {
  private readonly pipe = validationPipe();

  constructor(
    private readonly settings: Settings,
    private readonly keys: AppKeys,
    private readonly random: Random,
  ) {}

  show({ reply, formTargets }: Visit, view: View, status = 200): void {
    void reply
      .status(status)
      .headers({ ...pageHeaders(this.settings, formTargets), 'content-type': 'text/html; charset=utf-8' })
      .send(renderPage(view));
  }

  /** Sends the browser on with GET. */
  redirect({ reply }: Visit, location: string): void {
    void reply
      .status(303)
      .headers({ ...pageHeaders(this.settings), location })
      .send();
  }

  /** The secret for this browser's forms: a MAC of a cookie, which is set when the browser has none. */
  csrf({ request, reply }: Visit): string {
    const known = cookieOf(request, this.cookie);
    if (known !== undefined && SECRET.test(known)) return this.keys.mac(known, PURPOSE);
    const secret = this.random.bytes(SECRET_BYTES).toString('base64url');
    setCookie(reply, this.settings, { name: this.cookie, value: secret });
    return this.keys.mac(secret, PURPOSE);
  }

  /**
   * Takes a form: checks that this browser was shown it here, validates it, does its deed. What is refused is shown on
   * the form's page, with all that was typed but passwords.
   * @throws FormRefused, and what no form shows
   */
  async take<F extends object>(visit: Visit, { form, deed, again }: FormWork<F>): Promise<void> {
    const fields = (visit.request.body ?? {}) as Record<string, unknown>;
    this.requireOwnForm(visit.request, fields['csrf']);
    try {
      await deed((await this.pipe.transform(fields, { type: 'body', metatype: form })) as F);
    } catch (error) {
      if (!(error instanceof DomainError) || !SHOWN_IN_FORM.some((shown) => error instanceof shown)) throw error;
      if (error instanceof RateLimited) void visit.reply.header('retry-after', error.retryAfterSeconds);
      const problem = problemOf(error, Object.keys(fields));
      const typed: Typed = (field) => (typeof fields[field] === 'string' && field !== 'password' ? fields[field] : '');
      this.show(visit, await again(problem, typed), problem.status);
    }
  }

  /**
   * Pages send no referrer, so browsers send `Origin: null` with their forms; another origin, or a browser that says
   * the form came from another site, is refused before the secret is looked at.
   * @throws FormRefused
   */
  private requireOwnForm(request: FastifyRequest, token: unknown): void {
    const { origin, 'sec-fetch-site': site } = request.headers;
    const foreign =
      (site !== undefined && site !== 'same-origin' && site !== 'none') ||
      (origin !== undefined && origin !== 'null' && origin !== new URL(this.settings.PUBLIC_URL).origin);
    const secret = cookieOf(request, this.cookie);
    if (foreign || typeof token !== 'string' || secret === undefined || !SECRET.test(secret)) throw new FormRefused();
    if (!this.keys.macMatches(token, secret, PURPOSE)) throw new FormRefused();
  }

  private get cookie(): string {
    return hostCookie(this.settings, 'rosfleet_form');
  }
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../../../config/index.js';
import { type DomainError, RateLimited } from '../../../platform/errors/index.js';
import { InvitationGone } from '../teams/errors.js';
import { LinkSpent, RegistrationClosed, SignInExpired } from '../errors.js';
import { FormRefused } from './errors.js';
import { pageHeaders } from './page-headers.js';
import { problemOf } from './problem.js';
import { messageView, type Onward } from './views/account.js';
import { renderPage } from './views/layout.js';

const TITLES = new Map<unknown, string>([
  [SignInExpired, 'This sign-in has expired'],
  [LinkSpent, 'This link does not work any more'],
  [InvitationGone, 'This invitation does not work any more'],
  [RegistrationClosed, 'Registration is closed'],
  [FormRefused, 'We could not accept this form'],
  [RateLimited, 'Too many attempts'],
]);

/** A refusal that no form can show beside its fields, as a page of its own. */
export function errorPage(error: DomainError, request: FastifyRequest, reply: FastifyReply, settings: Settings): void {
  const status = error instanceof RegistrationClosed ? 404 : error.kind.status; // to a visitor there is no such page
  const title = TITLES.get(error.constructor) ?? (status === 404 ? 'There is nothing here' : 'Something went wrong');
  const [text] = error instanceof RateLimited ? problemOf(error, []).general : [error.message];
  const shown = status >= 500 ? `${text} (${request.id})` : text!;
  if (error instanceof RateLimited) void reply.header('retry-after', error.retryAfterSeconds);
  void reply
    .status(status)
    .headers({ ...pageHeaders(settings), 'content-type': 'text/html; charset=utf-8', 'x-request-id': request.id })
    .send(renderPage(messageView({ title, text: shown, onward: wayOut(request, settings), failed: true })));
}

const wayOut = ({ routeOptions }: FastifyRequest, { PORTAL_URL }: Settings): Onward =>
  routeOptions.url?.startsWith('/reset-password/')
    ? { href: '/forgot-password', label: 'Get a new link' }
    : { href: PORTAL_URL, label: 'Go to rosfleet' };

import { applyDecorators } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessKind } from '../access/access.js';
import { RequestContext } from '../context/index.js';
import { routeFacts } from '../http/route-config.js';
import type { AuditTrail } from './audit-trail.js';
import { redacted } from './redaction.js';

interface Facts {
  readonly accessKind?: AccessKind;
  readonly audited?: boolean;
}

/** A GET that changes something: it belongs in the audit log. */
export const Audited = (): MethodDecorator => applyDecorators(routeFacts({ audited: true }));

/** Not in the audit log. @param reason read by whoever reviews it */
export const NotAudited = (reason: string): MethodDecorator => applyDecorators(routeFacts({ audited: false, notAudited: reason }));

/** Routers and their signed links act every few seconds; their history is that of sites and jobs. */
const OF_ROUTERS: readonly AccessKind[] = ['device', 'runbook', 'signed'];
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether requests to a route are written to the audit log. */
export function isAudited(method: string, { accessKind, audited }: Facts): boolean {
  if (audited !== undefined) return audited;
  return accessKind !== undefined && !READING.has(method) && !OF_ROUTERS.includes(accessKind);
}

/** Writes every state-changing request to the audit log, refused ones too, before its answer leaves. */
export function auditRequests(fastify: FastifyInstance, trail: () => AuditTrail): void {
  fastify.addHook('onRoute', (route) => {
    const methods = [route.method].flat();
    if (!methods.some((method) => isAudited(method, route.config ?? {}))) return;
    const before = [route.onSend ?? []].flat();
    route.onSend = [...before, (request, reply, _payload, done) => void write(trail(), request, reply).then(() => done(), done)];
  });
}

function write(trail: AuditTrail, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const ctx = (request as { ctx?: RequestContext }).ctx ?? RequestContext.of({ kind: 'public' }, { requestId: request.id });
  const { body, headers } = request;
  return trail.add(
    ctx,
    {
      ...{ method: request.method, endpoint: request.routeOptions.url ?? '', status: reply.statusCode },
      payload: redacted({
        ...some('params', request.params),
        ...some('query', request.query),
        ...(typeof body === 'string' ? { body: `${body.length} characters of text` } : some('body', body)),
      }),
    },
    { ip: request.ip, userAgent: headers['user-agent'], page: pageOf(headers.referer) },
  );
}

const some = (name: string, value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.keys(value).length ? { [name]: value } : {};

/** Without query and fragment, which may hold tokens. */
const pageOf = (referer: string | undefined): string =>
  referer !== undefined && URL.canParse(referer) ? `${new URL(referer).origin}${new URL(referer).pathname}` : '';

import type { PipeTransform } from '@nestjs/common';
import type { OrganizationId, WorkspaceId } from '../../../platform/context/index.js';
import { base62ToUuid, uuidToBase62 } from '../../../platform/crypto/index.js';
import { NotFound } from '../../../platform/errors/index.js';
import { PathParam } from '../../../platform/http/index.js';

/** `ws_` and 22 characters of base62. */
export const workspacePublicId = (id: WorkspaceId): string => `ws_${uuidToBase62(id)}`;
/** `org_` and 22 characters of base62. */
export const organizationPublicId = (id: OrganizationId): string => `org_${uuidToBase62(id)}`;

class PublicIdPipe implements PipeTransform<string, string> {
  constructor(private readonly prefix: string) {}

  transform(value: string): string {
    const uuid = value.startsWith(this.prefix) ? base62ToUuid(value.slice(this.prefix.length)) : undefined;
    if (!uuid) throw new NotFound(); // what is no id cannot exist: the same answer as for an unknown one
    return uuid;
  }
}

const PublicIdParam = (name: string, prefix: string): ParameterDecorator =>
  PathParam(name, { type: 'string', pattern: `^${prefix}[0-9A-Za-z]{20,22}$` }, new PublicIdPipe(prefix));

/** The workspace named in the path; anything but a public id is not found. */
export const WorkspaceIdParam = (): ParameterDecorator => PublicIdParam('workspaceId', 'ws_');
/** The organization named in the path; anything but a public id is not found. */
export const OrganizationIdParam = (): ParameterDecorator => PublicIdParam('organizationId', 'org_');

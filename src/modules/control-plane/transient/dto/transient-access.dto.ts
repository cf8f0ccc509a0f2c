import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { compareVersions } from '../../../../routeros/heartbeat/index.js';
import { ACCESS_TYPES, type AccessType, type RouterSide } from '../opening.entity.js';
import type { OpeningShown } from '../transient.service.js';
import { timeFromNow } from '../words.js';
import { Minutes, SourceRange } from './validators.js';

/** The first release in which a login without full rights cannot take over another account (CVE-2026-103903). */
const SAFE_FOR_LOW_RIGHTS = '7.24.5';

export class TransientAccessWishDto {
  @Minutes()
  expire_after_minutes!: number;

  @ApiProperty({ enum: ['winbox', 'ssh'] })
  @IsIn(['winbox', 'ssh'])
  type!: 'winbox' | 'ssh';

  @ApiProperty({ description: 'true: full rights; false: read-only.' })
  @IsBoolean()
  full_access!: boolean;

  @ApiPropertyOptional({
    ...{ type: String, enum: [...ACCESS_TYPES, null], nullable: true },
    description: 'RouterOS group of the login where it is another one than full_access says: write with full_access false.',
  })
  @IsOptional()
  @IsIn(ACCESS_TYPES)
  access_type?: AccessType | null;

  @ApiProperty({ description: 'Also let sources in private ranges (RFC 1918) connect.' })
  @IsBoolean()
  allow_rfc1918!: boolean;

  @SourceRange()
  allow_only_cidr!: string;
}

/** What answers about logins and forwards have in common, beyond the contract. */
export class TransientStateDto {
  @ApiProperty({ description: 'Beyond the contract: the port listens and the router has what it needs. Up to 30 s after the request.' })
  ready!: boolean;
  @ApiProperty({
    enum: ['queued', 'ready', 'failed', 'removing', 'clean'],
    description:
      'Beyond the contract: what it needs on the router waits for the next poll, is in place, was refused, is being removed, or is gone.',
  })
  router_state!: RouterSide;
  @ApiProperty({ type: String, nullable: true, description: 'Beyond the contract: why the router refused it.' })
  router_error!: string | null;
  @ApiProperty({ type: 'integer', description: 'Beyond the contract: connections that were let in.' })
  connections!: number;
  @ApiProperty({ type: 'integer', description: 'Beyond the contract: connections from sources that may not come, or too many at a time.' })
  refused_connections!: number;
  @ApiProperty({ type: 'integer', description: 'Beyond the contract: bytes from whoever connected.' })
  bytes_in!: number;
  @ApiProperty({ type: 'integer', description: 'Beyond the contract: bytes to whoever connected.' })
  bytes_out!: number;
}

export class TransientAccessDto extends TransientStateDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  username!: string;
  @ApiProperty({ description: 'Empty once it has ended.' })
  password!: string;
  @ApiProperty({ type: 'integer', description: 'Public TCP port on the management server.' })
  port!: number;
  @ApiProperty({ enum: ['winbox', 'ssh'] })
  type!: 'winbox' | 'ssh';
  @ApiProperty()
  full_access!: boolean;
  @ApiProperty({ type: String, enum: [...ACCESS_TYPES, null], nullable: true })
  access_type!: AccessType | null;
  @ApiProperty()
  allow_rfc1918!: boolean;
  @ApiProperty()
  allow_only_cidr!: string;
  @ApiProperty({ description: 'Ended by a revoke call before its time.' })
  revoked_early!: boolean;
  @ApiProperty({ format: 'date-time' })
  expires_at!: string;
  @ApiProperty({ description: 'True once the time is over or it was revoked.' })
  expired!: boolean;
  @ApiProperty({ description: 'Host name or IP address of the management server to connect to.' })
  entry_point!: string;
  @ApiProperty({ example: '59 minutes from now' })
  time_to_expire!: string;
  @ApiProperty({ description: 'winbox:// link with host, port, user name and password; empty for ssh and once it has ended.' })
  onclick!: string;
  @ApiProperty({ description: 'Beyond the contract: the command line for a terminal; empty for winbox and once it has ended.' })
  ssh!: string;
  @ApiProperty({ type: String, isArray: true, description: 'Beyond the contract: what to know before using it.' })
  warnings!: string[];
}

export function toTransientAccessDto(shown: OpeningShown): TransientAccessDto {
  const { opening, password, now } = shown;
  const { entryPoint, port, label } = opening;
  const expired = hasEnded(shown);
  return {
    ...{ id: opening.id, username: label, password, port, type: opening.kind as 'winbox' | 'ssh', full_access: opening.fullAccess! },
    ...{ access_type: opening.accessType, allow_rfc1918: opening.allowRfc1918, allow_only_cidr: opening.allowOnlyCidr },
    ...{ revoked_early: opening.revokedEarly, expires_at: opening.expiresAt.toISOString(), expired, entry_point: entryPoint },
    time_to_expire: timeFromNow(opening.expiresAt, now),
    onclick: !expired && opening.kind === 'winbox' ? `winbox://${label}:${password}@${entryPoint}:${port}` : '',
    ssh: !expired && opening.kind === 'ssh' ? `ssh -p ${port} ${label}@${entryPoint}` : '',
    warnings: warningsOf(shown),
    ...stateOf(shown),
  };
}

export const hasEnded = ({ opening, now }: OpeningShown): boolean => opening.endedAt !== null || opening.expiresAt <= now;

export const stateOf = (shown: OpeningShown): TransientStateDto => ({
  ready: !hasEnded(shown) && shown.opening.listenedAt !== null && shown.opening.routerSide === 'ready',
  ...{ router_state: shown.opening.routerSide, router_error: shown.opening.routerError },
  ...{ connections: Number(shown.opening.connections), refused_connections: Number(shown.opening.refused) },
  ...{ bytes_in: Number(shown.opening.bytesIn), bytes_out: Number(shown.opening.bytesOut) },
});

function warningsOf({ opening, version }: OpeningShown): string[] {
  const group = opening.accessType ?? (opening.fullAccess ? 'full' : 'read');
  if (group === 'full' || compareVersions(version ?? '', SAFE_FOR_LOW_RIGHTS) >= 0) return [];
  const runs =
    version === null ? 'Its RouterOS version is unknown, and before' : `This router runs RouterOS ${version.split(' ')[0]}; before`;
  return [
    `${runs} ${SAFE_FOR_LOW_RIGHTS} a ${group === 'read' ? 'read-only' : group} login can take over the rights of another account through WinBox (CVE-2026-103903). Treat it as full access, or upgrade the router first.`,
  ];
}

/** A group that says the opposite of `full_access`, in words; undefined when they agree. */
export const contradiction = ({ full_access, access_type }: TransientAccessWishDto): string | undefined =>
  access_type && full_access !== (access_type === 'full')
    ? `access_type ${access_type} contradicts full_access ${full_access}; leave access_type out, or send full_access ${!full_access}`
    : undefined;

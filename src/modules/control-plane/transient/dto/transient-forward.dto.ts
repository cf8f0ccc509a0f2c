import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { ipv4Number, Ipv4Range } from '../../../../platform/net/index.js';
import type { OpeningShown } from '../transient.service.js';
import { timeFromNow } from '../words.js';
import { hasEnded, stateOf, TransientStateDto } from './transient-access.dto.js';
import { Minutes, Rule, SourceRange } from './validators.js';

/** Where no host is that a router could forward to (RFC 6890). */
const NO_TARGETS: readonly (readonly [Ipv4Range, string])[] = [
  [Ipv4Range.parse('0.0.0.0/8'), 'is no address of a host'],
  [Ipv4Range.parse('127.0.0.0/8'), 'is a loopback address; give the address that the target has in its network'],
  [Ipv4Range.parse('224.0.0.0/4'), 'is a multicast address; a forward leads to one host'],
  [Ipv4Range.parse('240.0.0.0/4'), 'is no address of a host'],
];

function targetProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || ipv4Number(value) === undefined) return 'must be an IPv4 address such as 192.168.88.20';
  return NO_TARGETS.find(([range]) => range.includes(value))?.[1];
}

export const ForwardTarget = (): PropertyDecorator =>
  applyDecorators(ApiProperty({ format: 'ipv4', description: 'Target behind the router.' }), Rule('target', targetProblem));

export class TransientForwardWishDto {
  @Minutes()
  expire_after_minutes!: number;

  @SourceRange()
  allow_only_cidr!: string;

  @ForwardTarget()
  dst_address!: string;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 65_535 })
  @IsInt()
  @Min(1)
  @Max(65_535)
  dst_port!: number;
}

export class TransientForwardDto extends TransientStateDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ type: 'integer', description: 'Public TCP port on the management server.' })
  port!: number;
  @ApiProperty({ description: 'Ended by a revoke call before its time.' })
  revoked_early!: boolean;
  @ApiProperty()
  allow_only_cidr!: string;
  @ApiProperty({ format: 'date-time' })
  expires_at!: string;
  @ApiProperty({ description: 'True once the time is over or it was revoked.' })
  expired!: boolean;
  @ApiProperty({ description: 'Host name or IP address of the management server to connect to.' })
  entry_point!: string;
  @ApiProperty({ format: 'ipv4' })
  dst_address!: string;
  @ApiProperty({ type: 'integer' })
  dst_port!: number;
  @ApiProperty({ example: '59 minutes from now' })
  time_to_expire!: string;
}

export function toTransientForwardDto(shown: OpeningShown): TransientForwardDto {
  const { opening, now } = shown;
  return {
    ...{ id: opening.id, port: opening.port, revoked_early: opening.revokedEarly, allow_only_cidr: opening.allowOnlyCidr },
    ...{ expires_at: opening.expiresAt.toISOString(), expired: hasEnded(shown), entry_point: opening.entryPoint },
    ...{ dst_address: opening.dstAddress!, dst_port: opening.dstPort!, time_to_expire: timeFromNow(opening.expiresAt, now) },
    ...stateOf(shown),
  };
}

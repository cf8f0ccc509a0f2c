import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsString, Max, Min } from 'class-validator';
import ipaddr from 'ipaddr.js';
import { ipv4Number, Ipv4Range } from '../../../platform/net/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { ForwardTarget, type OpeningShown, toTransientForwardDto, TransientForwardDto } from '../../control-plane/index.js';

const WIDEST_PREFIX = 24;
/** Ranges that nobody on the internet comes from. */
const NOT_PUBLIC = new Set(['private', 'loopback', 'linkLocal', 'carrierGradeNat', 'multicast', 'unspecified', 'broadcast']);

export class PortForwardCreateDto {
  @ApiProperty({ type: 'integer', minimum: 10, maximum: 1440 })
  @IsInt()
  @Min(10)
  @Max(1440)
  expire_after_minutes!: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 65_535 })
  @IsInt()
  @Min(1)
  @Max(65_535)
  dst_port!: number;

  @ForwardTarget()
  dst_address!: string;

  @ApiProperty({ example: '203.0.113.7', description: 'Who may connect: a public IPv4 address, or a range of /24 to /32.' })
  @IsString()
  allow_from!: string;
}

/** The range that `allow_from` means: of one address without a prefix length, that address. @throws ValidationFailed */
export function sourceOf(text: string): string {
  const refuse = (why: string): never => {
    throw new ValidationFailed({ allow_from: [`allow_from ${why}`] });
  };
  if (text.includes(':')) return refuse('is not IPv4: the management server is reached over IPv4');
  const cidr = ipv4Number(text) === undefined ? text : `${text}/32`;
  let range: Ipv4Range;
  try {
    range = Ipv4Range.parse(cidr);
  } catch (error) {
    return refuse(
      text.includes('/') ? (error as Error).message : 'must be a public IPv4 address or range such as 203.0.113.7 or 203.0.113.0/24',
    );
  }
  if (range.prefixLength < WIDEST_PREFIX) return refuse(`lets in too many: give one address, or a range of /${WIDEST_PREFIX} to /32`);
  if (NOT_PUBLIC.has(ipaddr.parse(cidr.split('/')[0]!).range()))
    return refuse('is not public; who comes from a private network is let in by POST /control-plane/{site}/transient-forward');
  return cidr;
}

export class PortForwardDto extends TransientForwardDto {
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When it was opened.' })
  authorized_at!: string | null;
}

export const toPortForwardDto = (shown: OpeningShown): PortForwardDto => ({
  ...toTransientForwardDto(shown),
  authorized_at: shown.opening.createdAt.toISOString(),
});

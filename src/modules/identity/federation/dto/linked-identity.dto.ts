import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { LinkedIdentity } from '../linked-identity.entity.js';

export class LinkedIdentityDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ description: 'Issuer that vouches for it: a URL, or `github`.' })
  issuer!: string;
  @ApiProperty({ description: 'Id of the person at that issuer.' })
  subject!: string;
  @ApiPropertyOptional({ description: 'Name of the provider, while it is configured for signing in.' })
  provider?: string;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
}

export const toLinkedIdentityDto = (i: LinkedIdentity, provider: string | undefined): LinkedIdentityDto => ({
  ...{ id: i.id, issuer: i.issuer, subject: i.subject, ...(provider !== undefined && { provider }) },
  created_at: i.createdAt.toISOString(),
});

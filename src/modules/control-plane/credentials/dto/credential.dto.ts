import { ApiProperty } from '@nestjs/swagger';
import type { OpenCredential } from '../router-credentials.js';

export class RouterCredentialDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ format: 'uuid' })
  site_id!: string;
  @ApiProperty({ description: 'Router user.', example: 'rosfleet-k3xw81qz' })
  username!: string;
  @ApiProperty()
  password!: string;
  @ApiProperty({ type: String, format: 'ipv4', nullable: true, description: 'Address of the router in the management tunnel.' })
  ip_address!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, description: "Port of the API, from the site's policy." })
  api_port!: number | null;
  @ApiProperty({ type: String, nullable: true, description: 'The management server that holds the tunnel.' })
  server_ip!: string | null;
  @ApiProperty({ description: 'Beyond the contract: the router has this user, and where it could be tried a login succeeded.' })
  verified!: boolean;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Always null: credentials that were replaced are not listed.',
  })
  deleted_at!: null;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;
}

/** Where the router is reached. */
export interface RouterPlace {
  readonly address: string | null;
  readonly server: string | null;
  readonly apiPort: number;
}

export const toRouterCredentialDto = (credential: OpenCredential, place: RouterPlace): RouterCredentialDto => ({
  ...{ id: credential.id, site_id: credential.siteId, username: credential.username, password: credential.password },
  ...{ ip_address: place.address, api_port: place.apiPort, server_ip: place.server, verified: credential.verified, deleted_at: null },
  ...{ created_at: credential.createdAt.toISOString(), updated_at: credential.updatedAt.toISOString() },
});

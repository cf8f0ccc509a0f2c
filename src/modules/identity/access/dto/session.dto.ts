import { ApiProperty } from '@nestjs/swagger';

export class IssuedJwtDto {
  @ApiProperty()
  token!: string;
  @ApiProperty({ enum: ['Bearer'] })
  token_type!: 'Bearer';
  @ApiProperty({ type: 'integer', description: 'Seconds until it expires.' })
  expires_in!: number;
}

export const toIssuedJwt = (token: string, expiresIn: number): IssuedJwtDto => ({ token, token_type: 'Bearer', expires_in: expiresIn });

class JwkDto {
  @ApiProperty()
  kty!: string;
  @ApiProperty({ required: false })
  use?: string;
  @ApiProperty()
  kid!: string;
  @ApiProperty({ required: false })
  alg?: string;
  @ApiProperty({ required: false })
  n?: string;
  @ApiProperty({ required: false })
  e?: string;
  @ApiProperty({ required: false })
  x5t?: string;
  @ApiProperty({ required: false, type: [String] })
  x5c?: string[];
}

export class JwksDto {
  @ApiProperty({ type: [JwkDto] })
  keys!: JwkDto[];
}

import { ApiProperty } from '@nestjs/swagger';
import { IsEmail, IsString, Matches, MaxLength } from 'class-validator';
import { PASSWORD_RULE } from '../accounts/passwords.js';

export class SignInDto {
  @ApiProperty({ format: 'email' })
  @IsEmail()
  @MaxLength(254)
  email!: string;

  @ApiProperty()
  @IsString()
  @MaxLength(256)
  password!: string;
}

export class ChangePasswordDto extends SignInDto {
  @ApiProperty({ description: 'At least 8 characters with upper case, lower case, digit and special character.' })
  @Matches(PASSWORD_RULE, {
    message: 'new_password must have at least 8 characters with upper case, lower case, digit and special character',
  })
  new_password!: string;
}

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

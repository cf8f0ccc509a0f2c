import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiQuery, type OpenAPIObject } from '@nestjs/swagger';

type SchemaObject = Extract<NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string], { type?: unknown }>;

const RESPONSE_TYPES = ['code', 'token', 'id_token', 'code token', 'code id_token', 'token id_token', 'code token id_token'];

export const AUTHORIZE_QUERY = applyDecorators(
  ApiQuery({ name: 'response_type', required: true, enum: RESPONSE_TYPES, description: '`code`; the others are refused.' }),
  ApiQuery({ name: 'client_id', required: true, type: String }),
  ApiQuery({
    name: 'redirect_uri',
    required: true,
    schema: { type: 'string', format: 'uri' },
    description: 'One of the client, letter by letter.',
  }),
  ApiQuery({
    name: 'scope',
    required: true,
    type: String,
    description: 'Separated by blanks: openid, profile, email, phone, offline_access.',
  }),
  ApiQuery({ name: 'state', required: true, type: String }),
  ApiQuery({ name: 'code_challenge', required: true, type: String, description: 'Base64url of the SHA-256 of the verifier.' }),
  ApiQuery({ name: 'code_challenge_method', required: true, enum: ['S256', 'plain'], description: '`S256`; plain is refused.' }),
);

export const LOGOUT_QUERY = applyDecorators(
  ApiQuery({ name: 'id_token_hint', required: false, type: String }),
  ApiQuery({
    name: 'post_logout_redirect_uri',
    required: false,
    schema: { type: 'string', format: 'uri' },
    description: 'One of the client, letter by letter.',
  }),
);

export const V2_LOGOUT_QUERY = applyDecorators(
  ApiQuery({ name: 'client_id', required: true, type: String }),
  ApiQuery({
    name: 'returnTo',
    required: true,
    schema: { type: 'string', format: 'uri' },
    description: 'One of the client, letter by letter.',
  }),
);

const text: SchemaObject = { type: 'string' };
const uri: SchemaObject = { type: 'string', format: 'uri' };

const request = (grant: string, required: string[], properties: Record<string, SchemaObject>): SchemaObject => ({
  type: 'object',
  required: ['grant_type', 'client_id', ...required],
  properties: { grant_type: { type: 'string', enum: [grant] }, client_id: text, ...properties, client_secret: text },
});

export class TokenResponseDto {
  static readonly requestSchema: SchemaObject = {
    oneOf: [
      request('authorization_code', ['code', 'redirect_uri', 'code_verifier'], { code: text, redirect_uri: uri, code_verifier: text }),
      request('refresh_token', ['refresh_token'], { refresh_token: text }),
    ],
  };

  @ApiProperty({ description: 'JWT.' })
  access_token!: string;
  @ApiPropertyOptional()
  refresh_token?: string;
  @ApiPropertyOptional()
  id_token?: string;
  @ApiProperty({ enum: ['Bearer'] })
  token_type!: 'Bearer';
  @ApiProperty({ type: 'integer', description: 'Seconds until the access token expires.' })
  expires_in!: number;
}

export class OAuthErrorDto {
  @ApiProperty()
  error!: string;
  @ApiPropertyOptional()
  error_description?: string;
}

const URL_FIELD = { format: 'uri' } as const;

export class OpenIdConfigurationDto {
  @ApiProperty(URL_FIELD)
  issuer!: string;
  @ApiProperty(URL_FIELD)
  authorization_endpoint!: string;
  @ApiProperty(URL_FIELD)
  token_endpoint!: string;
  @ApiPropertyOptional(URL_FIELD)
  userinfo_endpoint?: string;
  @ApiProperty(URL_FIELD)
  jwks_uri!: string;
  @ApiPropertyOptional(URL_FIELD)
  end_session_endpoint?: string;
  @ApiPropertyOptional({ type: [String] })
  scopes_supported?: string[];
  @ApiProperty({ type: [String] })
  response_types_supported!: string[];
  @ApiPropertyOptional({ type: [String] })
  grant_types_supported?: string[];
  @ApiProperty({ type: [String] })
  subject_types_supported!: string[];
  @ApiProperty({ type: [String] })
  id_token_signing_alg_values_supported!: string[];
  @ApiPropertyOptional({ type: [String] })
  token_endpoint_auth_methods_supported?: string[];
  @ApiPropertyOptional({ type: [String] })
  code_challenge_methods_supported?: string[];
  @ApiPropertyOptional({ type: [String] })
  claims_supported?: string[];
}

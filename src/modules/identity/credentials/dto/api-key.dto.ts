import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsString, MaxLength, MinLength } from 'class-validator';
import type { ApiKey } from '../api-key.entity.js';
import type { KeyWithSecret } from '../api-keys.service.js';

export class ApiKeyCreateDto {
  @ApiProperty({ minLength: 3, maxLength: 100 })
  @IsString()
  @MinLength(3)
  @MaxLength(100)
  name!: string;

  @ApiProperty({
    type: [String],
    minItems: 1,
    description: '`resource:read` for viewing, `resource:write` for everything else; the resource in the plural, such as sites:read.',
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @IsString({ each: true })
  @MaxLength(60, { each: true })
  permissions!: string[];
}

export class ApiKeyDto {
  @ApiProperty({ pattern: '^api_key_[0-9A-Za-z]{27}$' })
  id!: string;
  @ApiProperty({ enum: ['api_key'] })
  object!: 'api_key';
  @ApiProperty()
  name!: string;
  @ApiProperty({ description: 'How its secret begins.' })
  key_prefix!: string;
  @ApiProperty({ description: 'The machine-to-machine client that it stands for.' })
  client_id!: string;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ description: 'Always `active`; a deleted key is gone.' })
  status!: string;
  @ApiProperty({ type: [String] })
  permissions!: string[];
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'To the minute.' })
  last_used_at!: string | null;
}

export class ApiKeySecretDto {
  @ApiProperty()
  message!: string;
  @ApiProperty({ type: ApiKeyDto })
  key!: ApiKeyDto;
  @ApiProperty({ description: '`alto_sk_` and 48 letters and digits; shown in this answer and never again.' })
  secret!: string;
}

export class ApiKeySecretEnvelopeDto {
  @ApiProperty({ description: 'Always `success`.' })
  status!: string;
  @ApiProperty({ type: ApiKeySecretDto })
  data!: ApiKeySecretDto;
}

export const toApiKey = (key: ApiKey): ApiKeyDto => ({
  ...{ id: key.id, object: 'api_key', name: key.name, key_prefix: key.keyPrefix, client_id: key.clientId },
  ...{ created_at: key.createdAt.toISOString(), status: 'active', permissions: key.permissions },
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
});

export const toSecretEnvelope = ({ key, secret }: KeyWithSecret, message: string): ApiKeySecretEnvelopeDto => ({
  status: 'success',
  data: { message, key: toApiKey(key), secret },
});

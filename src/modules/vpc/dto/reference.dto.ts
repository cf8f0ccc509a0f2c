import { ApiProperty } from '@nestjs/swagger';

export class ProtocolEntryDto {
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 255, description: 'IANA number.' })
  protocol!: number;
  @ApiProperty()
  name!: string;
  @ApiProperty({ type: String, nullable: true })
  description!: string | null;
}

export class ServiceEntryDto {
  @ApiProperty()
  name!: string;
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 255, description: 'IANA number.' })
  protocol!: number;
  @ApiProperty({ description: 'As rules write ports.' })
  port!: string;
  @ApiProperty({ type: String, nullable: true })
  description!: string | null;
}

import 'reflect-metadata';
import { ApiProperty, ApiPropertyOptional, ApiResponse } from '@nestjs/swagger';
import type { ErrorClass } from '../errors/index.js';

export const ANSWERS = 'rosfleet:answers';

/** The body of every error answer, for the OpenAPI document. */
export class ErrorResponseDto {
  @ApiProperty({ description: 'Family of the error.', example: 'invalid_request_error' })
  type!: string;
  @ApiProperty({ description: 'Stable word for programs.', example: 'not_found' })
  code!: string;
  @ApiProperty({ description: 'What was wrong and what would be right.' })
  message!: string;
  @ApiProperty({ format: 'uri', description: 'Page about this error.' })
  doc_url!: string;
  @ApiPropertyOptional({ description: 'Find the log lines of this request under it.' })
  request_id?: string;
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'string' } },
    description: 'Validation: what is wrong with each field.',
  })
  errors?: Record<string, string[]>;
}

/** Declares the errors an operation answers; status, code and text of the OpenAPI document come from the classes. */
export const Answers =
  (...errors: ErrorClass[]): MethodDecorator =>
  (target, name, descriptor: PropertyDescriptor) => {
    const method = descriptor.value as object;
    const all = [...new Set([...((Reflect.getMetadata(ANSWERS, method) as ErrorClass[] | undefined) ?? []), ...errors])];
    Reflect.defineMetadata(ANSWERS, all, method);
    for (const status of new Set(errors.map((e) => e.status))) {
      const here = all.filter((e) => e.status === status);
      ApiResponse({ status, type: ErrorResponseDto, description: here.map((e) => `\`${e.code}\`: ${e.help}`).join(' ') })(
        target,
        name,
        descriptor,
      );
    }
  };

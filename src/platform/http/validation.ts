import { Param, type PipeTransform, ValidationPipe } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { ValidationError } from 'class-validator';
import { isUuid } from '../context/index.js';
import { NotFound, ValidationFailed } from '../errors/index.js';

/** Checks every DTO: unknown fields are refused by name, and the answer names all offending fields at once. */
export const validationPipe = (): ValidationPipe =>
  new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    stopAtFirstError: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => new ValidationFailed(collect(errors)),
  });

function collect(errors: ValidationError[], prefix = ''): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const { property, constraints, children } of errors) {
    const path = `${prefix}${property}`;
    if (constraints)
      out[path] = Object.entries(constraints).map(([rule, text]) =>
        rule === 'whitelistValidation' ? `${path} is not a field of this operation` : prefix ? `${prefix}${text}` : text,
      );
    if (children?.length) Object.assign(out, collect(children, `${path}.`));
  }
  return out;
}

class UuidPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    // What is no id cannot exist: the same answer as for an unknown one.
    if (!isUuid(value)) throw new NotFound();
    return value.toLowerCase();
  }
}

/**
 * A parameter of the path as `pipe` reads it. It stands in the OpenAPI document as `schema`, which a branded type alone
 * would not.
 */
export const PathParam =
  (name: string, schema: { type: 'string'; format?: string; pattern?: string }, pipe: PipeTransform): ParameterDecorator =>
  (target, method, index) => {
    Param(name, pipe)(target, method, index);
    const descriptor = Object.getOwnPropertyDescriptor(target, method!)!;
    (ApiParam({ name, schema }) as MethodDecorator)(target, method!, descriptor);
  };

/** A UUID in the path; anything else is answered as not found. */
export const IdParam = (name: string): ParameterDecorator => PathParam(name, { type: 'string', format: 'uuid' }, new UuidPipe());

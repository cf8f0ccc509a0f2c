import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min, registerDecorator } from 'class-validator';
import { sourceProblem } from '../source-filter.js';

/** A rule whose message is the property's name and what `problem` says of its value. */
export const Rule =
  (name: string, problem: (value: unknown) => string | undefined): PropertyDecorator =>
  (target, propertyName) =>
    registerDecorator({
      ...{ name, target: target.constructor, propertyName: propertyName as string },
      validator: {
        validate: (value) => problem(value) === undefined,
        defaultMessage: (args) => `${args!.property} ${problem(args!.value)}`,
      },
    });

export const SourceRange = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      example: '203.0.113.7/32',
      description: 'The IPv4 range that may connect, /8 to /32, without bits beyond its prefix; /32 for one address.',
    }),
    Rule('sourceRange', (value) => (typeof value === 'string' ? sourceProblem(value) : 'must be an IPv4 range such as 203.0.113.7/32')),
  );

export const Minutes = (): PropertyDecorator =>
  applyDecorators(ApiProperty({ type: 'integer', minimum: 15, maximum: 1440 }), IsInt(), Min(15), Max(1440));

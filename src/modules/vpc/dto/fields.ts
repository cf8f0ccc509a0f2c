import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { PathParam } from '../../../platform/http/index.js';
import type { NotFound } from '../../../platform/errors/index.js';

/** As many ids as a body of a megabyte comfortably holds. */
const SITES_MAX = 20_000;
const SITE_LENGTH = 64;

const all =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, name) => {
    for (const decorate of decorators) decorate(target, name);
  };

/** PostgreSQL keeps every character but this one. */
const storable = (): PropertyDecorator => Matches(/^[^\0]*$/, { message: '$property must not contain the character NUL' });

/** A name without blanks around it. */
export const Name = (min: number): PropertyDecorator =>
  all(
    ApiProperty({ type: String, minLength: min, maxLength: 255 }),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value)),
    ...[IsString(), MinLength(min), MaxLength(255), storable()],
  );

/** An optional text for people; nothing of it reaches a router. */
export const Description = (max: number): PropertyDecorator =>
  all(
    ApiProperty({ type: String, nullable: true, required: false, maxLength: max }),
    ...[IsOptional(), IsString(), MaxLength(max), storable()],
  );

/** Sites: they are looked up, so that the message can name those that are none. */
export const Sites = (description: string): PropertyDecorator =>
  all(
    ApiProperty({ type: String, isArray: true, maxItems: SITES_MAX, description }),
    ...[IsArray(), ArrayMaxSize(SITES_MAX), IsString({ each: true }), MaxLength(SITE_LENGTH, { each: true })],
  );

/** An id with a prefix in the path; what does not look like one is not found. */
export const PrefixedIdParam = (name: string, pattern: RegExp, notFound: new () => NotFound): ParameterDecorator =>
  PathParam(name, { type: 'string', pattern: pattern.source }, {
    transform(value: string): string {
      if (!pattern.test(value)) throw new notFound();
      return value;
    },
  }); // prettier-ignore

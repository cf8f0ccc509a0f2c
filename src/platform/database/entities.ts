/** Entities of the whole application, registered by `@TenantEntity` and `@SharedEntity` as their files are loaded. */
import { Entity } from 'typeorm';

export type EntityClass = abstract new () => object;

const tenant = new Set<EntityClass>();
const shared = new Map<EntityClass, string>();

/** A table whose every row belongs to one team: it has `team_id` and row-level security. */
export const TenantEntity =
  (table: string): ClassDecorator =>
  (target) => {
    Entity(table)(target);
    tenant.add(target as unknown as EntityClass);
  };

/** A table that belongs to no team. The reason is read by whoever reviews it. */
export const SharedEntity =
  (table: string, reason: string): ClassDecorator =>
  (target) => {
    Entity(table)(target);
    shared.set(target as unknown as EntityClass, reason);
  };

export const tenantEntities = (): readonly EntityClass[] => [...tenant];
export const sharedEntities = (): ReadonlyMap<EntityClass, string> => shared;
export const allEntities = (): EntityClass[] => [...tenant, ...shared.keys()];

export { AcrossTeams, AcrossTeamsRefused } from './across-teams.js';
export { columnsOf } from './columns.js';
export { AS_WRITTEN, Database, TransactionRequired, UNHURRIED } from './database.js';
export { allEntities, sharedEntities, SharedEntity, tenantEntities, TenantEntity } from './entities.js';
export { PreparingClient } from './preparing-client.js';
export { protectTable } from './row-level-security.js';
export { isUniqueViolation, sqlState } from './sql-state.js';
export { type TeamOwned, TeamRepository } from './team-repository.js';

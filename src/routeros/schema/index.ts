export {
  CommandSchema,
  compareVersions,
  matchEnum,
  matchName,
  resolveVersion,
  SCHEMA_VERSIONS,
  type EnumMatch,
  type SchemaArgument,
  type SchemaMenu,
  type SchemaNode,
  type SchemaVersion,
} from './command-schema.js';

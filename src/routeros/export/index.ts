/**
 * Reads, compares, masks and shows what RouterOS' `/export` writes (docs/exports.md). All pure, and nothing here throws,
 * whatever the text is.
 */
export { canonicalExport, exportFingerprint } from './canonical.js';
export { compareExports } from './compare-exports.js';
export { describeChange } from './describe-change.js';
export type {
  ExportChange,
  ExportCommand,
  ExportComment,
  ExportHeader,
  ExportSelector,
  MaskOptions,
  OpaqueLine,
  PropertyChange,
  RouterExport,
  Subnet,
  UnifiedDiffOptions,
} from './export.js';
export { highlightDiff, highlightExport } from './highlight.js';
export { isOurs } from './item-names.js';
export { decodeExport } from './lines.js';
export { localSubnets, type SubnetOptions } from './local-subnets.js';
export { maskSecrets } from './mask-secrets.js';
export { parseExport } from './parse-export.js';
export { SECRET_MARK } from './secrets.js';
export { unifiedDiff } from './unified-diff.js';

/** Reads, compares, masks and shows what RouterOS' `/export` writes (docs/exports.md). Pure; nothing here throws on any text. */
import type { ExportChange, MaskOptions, RouterExport, Subnet, ExportCommand } from './export.js';

const open = (): never => {
  throw new Error('being written');
};

export { decodeExport } from './lines.js';
export { parseExport } from './parse-export.js';
export { canonicalExport, exportFingerprint } from './canonical.js';
export { unifiedDiff } from './unified-diff.js';
export const compareExports = (_from: string | RouterExport, _to: string | RouterExport): ExportChange[] => open();
export const describeChange = (_change: ExportChange): string => open();
export const SECRET_MARK = '********';
export const maskSecrets = (_text: string, _options: MaskOptions = {}): string => open();
export const highlightExport = (_text: string): string => open();
export const highlightDiff = (_text: string): string => open();
export const localSubnets = (_of: RouterExport, _options: { isOurs?: (command: ExportCommand) => boolean } = {}): Subnet[] => open();
/** Whether rosfleet put an item there: comment `rosfleet:…` or name `rosfleet-…`. */
export const isOurs = (_command: ExportCommand): boolean => open();
export * from './export.js';

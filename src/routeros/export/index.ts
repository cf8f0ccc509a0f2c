/** Reads, compares, masks and shows what RouterOS' `/export` writes (docs/exports.md). Pure; nothing here throws on any text. */
import type { ExportChange, MaskOptions, RouterExport, Subnet, UnifiedDiffOptions, ExportCommand } from './export.js';

const open = (): never => {
  throw new Error('being written');
};

/** Bytes of a file as text: UTF-8, and what is not UTF-8 as Latin-1. A byte order mark is left out. */
export const decodeExport = (bytes: Uint8Array): string => open();
export const parseExport = (text: string): RouterExport => open();
/** One canonical text for all exports of an unchanged router. */
export const canonicalExport = (text: string): string => open();
/** SHA-256 (hex) of `canonicalExport`. */
export const exportFingerprint = (text: string): string => open();
export const compareExports = (from: string | RouterExport, to: string | RouterExport): ExportChange[] => open();
export const describeChange = (change: ExportChange): string => open();
export const unifiedDiff = (from: string, to: string, options: UnifiedDiffOptions): string => open();
export const SECRET_MARK = '********';
export const maskSecrets = (text: string, options: MaskOptions = {}): string => open();
export const highlightExport = (text: string): string => open();
export const highlightDiff = (text: string): string => open();
export const localSubnets = (of: RouterExport, options: { isOurs?: (command: ExportCommand) => boolean } = {}): Subnet[] => open();
/** Whether rosfleet put an item there: comment `rosfleet:…` or name `rosfleet-…`. */
export const isOurs = (command: ExportCommand): boolean => open();
export * from './export.js';

import type { SiteId } from '../../platform/context/index.js';

const NAME = /^(\d{1,11})\.rsc$/;

/** `<unix seconds>.rsc`: the name is the truth about the time. */
export const fileNameOf = (takenAt: Date): string => `${Math.floor(takenAt.getTime() / 1000)}.rsc`;

/** As a job names its backup. */
export const storageKeyOf = (siteId: SiteId, takenAt: Date): string => `${siteId}/${fileNameOf(takenAt)}`;

/** Undefined for what is no such name. */
export function timeOfFile(name: string): Date | undefined {
  const seconds = NAME.exec(name)?.[1];
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000);
}

import { intervalText, RosArray, RosTime, toText, type RosValue } from '../values/value.js';

/** A value as the API sends it: text, booleans in words, intervals in units, lists with commas. */
export function apiText(value: RosValue): string {
  if (value instanceof RosTime) return intervalText(value.us);
  if (value instanceof RosArray) return [...value.entries()].map(([, element]) => apiText(element)).join(',');
  return toText(value);
}

const UNITS = ['B', 'KB', 'MB', 'GB'] as const;

/** «512.0B», «12.3KB»: one decimal and no blank, as the contract shows sizes. A kilobyte has 1,024 bytes. */
export function sizeInWords(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)}${UNITS[unit]}`;
}

/** Unix time in milliseconds, with fractions: the same in all processes of a machine. */
export const unixMillis = (): number => performance.timeOrigin + performance.now();

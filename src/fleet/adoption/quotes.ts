/** The last line of an adoption, for whoever sits at the terminal. Ours; one a site, always the same. */
const QUOTES = [
  'The network is quiet. Somebody did good work.',
  'A backup that was never restored is a hope.',
  'Every outage was a change first.',
  'Measure the cable before you blame the cloud.',
  'The best firewall rule is the one you can explain.',
  'Labels outlive memories.',
  'Latency is the price of distance, jitter the price of haste.',
  'Leave the rack tidier than you found it.',
] as const;

export const quoteFor = (seed: number): string => QUOTES[seed % QUOTES.length]!;

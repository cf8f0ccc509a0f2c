/** How a person may have dates written, in PHP's date letters; the first is the default. */
export const DATE_FORMATS = [
  'Y-m-d',
  'd/m/Y',
  'm/d/Y',
  'd.m.Y',
  'd-m-Y',
  'Y/m/d',
  'd/m/y',
  'm/d/y',
  'j M Y',
  'j F Y',
  'jS F Y',
  'M j, Y',
  'F j, Y',
  'D, j M Y',
  'l, F j, Y',
] as const;

/** How a person may have times of the day written; the first is the default. */
export const TIME_FORMATS = ['H:i', 'H:i:s', 'G:i', 'g:i A', 'g:i a', 'h:i A', 'h:i:s A'] as const;

export type DateFormat = (typeof DATE_FORMATS)[number];
export type TimeFormat = (typeof TIME_FORMATS)[number];

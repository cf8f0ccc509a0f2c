/** An e-mail address as it is stored and compared, however it was typed. */
export const storedAddress = (address: string): string => address.trim().toLowerCase();

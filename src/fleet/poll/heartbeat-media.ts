/** What a router sends. */
export const HEARTBEAT_TYPE = 'text/plain';
/** RouterOS sends at most 64 KiB with http-data. Bytes. */
export const HEARTBEAT_LIMIT = 65_536;
/** What it gets: a script, or nothing. */
export const SCRIPT_TYPE = 'text/plain; charset=utf-8';

/** The commands of the root menu that make up the language, as far as resolving must know them. */
export interface BuiltinShape {
  /** How many unnamed values it takes. */
  values: number;
  /** Named arguments that must be there. */
  needs?: readonly string[];
  /** Named arguments and unnamed values that are code run in place. */
  inline?: readonly string[];
}

const BODY = ['do', 'else', 'on-error', 'command'] as const;

export const BUILTINS: Readonly<Record<string, BuiltinShape>> = {
  local: { values: 2 }, global: { values: 2 }, set: { values: 2 },
  if: { values: 1, needs: ['do'], inline: BODY }, while: { values: 1, needs: ['do'], inline: BODY },
  for: { values: 1, needs: ['from', 'to', 'do'], inline: BODY }, foreach: { values: 1, needs: ['in', 'do'], inline: BODY },
  do: { values: 1, inline: BODY }, onerror: { values: 2, needs: ['do'], inline: ['in', 'do'] }, retry: { values: 1, inline: BODY },
  time: { values: 1, inline: BODY }, return: { values: 1 }, put: { values: 1 }, error: { values: 1 }, len: { values: 1 },
  typeof: { values: 1 }, parse: { values: 1 }, pick: { values: 3 }, find: { values: 3 }, delay: { values: 1 },
  execute: { values: 1 }, resolve: { values: 2 }, import: { values: 1 }, toarray: { values: 1 }, tobool: { values: 1 },
  tocrlf: { values: 1 }, toid: { values: 1 }, toip: { values: 1 }, toip6: { values: 1 }, tolf: { values: 1 }, tonsec: { values: 1 },
  tonum: { values: 1 }, tostr: { values: 1 }, totime: { values: 1 }, serialize: { values: 1 }, deserialize: { values: 1 },
  convert: { values: 1 }, rndnum: { values: 2 }, rndstr: { values: 2 }, range: { values: 2 }, grep: { values: 2 }, jobname: { values: 0 },
  timestamp: { values: 0 }, break: { values: 0 }, continue: { values: 0 }, exit: { values: 0 }, quit: { values: 0 },
  nothing: { values: 0 }, beep: { values: 0 }, lock: { values: 0 }, ping: { values: 1 }, export: { values: 0 }, environment: { values: 0 },
}; // prettier-ignore

/** Bare words that are switches of builtins; any other bare word is a value. */
export const BUILTIN_FLAGS = new Set([
  'as-string',
  'as-value',
  'as-array',
  'use-tz',
  'dry-run',
  'verbose',
  'once',
  'compact',
  'terse',
  'show-sensitive',
  'hide-sensitive',
]);

/** Unnamed values a menu command takes beside those its `numbers` and `value-name` imply. */
export const MENU_VALUES: Readonly<Record<string, number>> = {
  'tool/ping': 1, 'tool/fetch': 1, 'tool/traceroute': 1, 'tool/wol': 2, 'tool/flood-ping': 1, 'tool/bandwidth-test': 1,
  'tool/mac-telnet': 1, 'tool/mac-scan': 1, 'tool/torch': 1, 'tool/dns-update': 1, 'tool/sms/send': 3, 'tool/snmp-get': 1,
  'tool/snmp-walk': 1, 'tool/speed-test': 1, 'system/telnet': 2, 'system/ssh': 2, 'system/ssh-exec': 1,
  'interface/monitor-traffic': 1, 'terminal/ask': 2, 'terminal/style': 1, 'terminal/cuu': 1, 'console/inspect': 1,
}; // prettier-ignore

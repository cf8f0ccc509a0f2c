import type { Ipv4Range } from '../../platform/net/index.js';

/** What a client may open on this machine through the tunnel, on our address in it. */
export interface TunnelPort {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

export const tableOf = (device: string): string => `rosfleet_${device.replace(/[^a-z0-9_]/g, '_')}`;

/**
 * Rules (nft(8)) that keep clients of the tunnel apart from each other and from everything else: nothing is forwarded out of
 * the tunnel nor into it, whatever `net.ipv4.ip_forward` says, and on this machine a client reaches our address in the tunnel
 * with pings, answers to what we asked, and the ports named. They stand before other rules and let nothing pass that those
 * would stop. Loading them replaces those of an earlier start in one step.
 */
export function isolationRules(device: string, pool: Ipv4Range, address: string, ports: readonly TunnelPort[]): string {
  const table = `inet ${tableOf(device)}`;
  const open = ports.map(({ protocol, port }) => `    ${protocol} dport ${port} accept`);
  return `${[
    `table ${table}`,
    `delete table ${table}`,
    `table ${table} {`,
    '  chain input {',
    '    type filter hook input priority filter - 10; policy accept;',
    `    iifname != "${device}" accept`,
    `    ip saddr != ${pool.toString()} drop`,
    `    ip daddr != ${address} drop`,
    '    ct state established,related accept',
    '    icmp type echo-request accept',
    ...open,
    '    drop',
    '  }',
    '  chain forward {',
    '    type filter hook forward priority filter - 10; policy accept;',
    `    iifname "${device}" drop`,
    `    oifname "${device}" drop`,
    '  }',
    '}',
  ].join('\n')}\n`;
}

/** Takes the rules away. */
export const withoutIsolation = (device: string): string => `table inet ${tableOf(device)}\ndelete table inet ${tableOf(device)}\n`;

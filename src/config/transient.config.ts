import { concern, text, type Variable } from './variable.js';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const ports: Variable<PortRange> = {
  describe:
    'TCP ports that temporary logins and port forwards get, one each. The firewall in front of this machine has to let them in, and a container has to publish them.',
  example: '40000-49999',
  fallback: { first: 40_000, last: 49_999 },
  parse: (raw) => {
    const [, first, last] = (/^(\d{1,5})-(\d{1,5})$/.exec(raw) ?? []).map(Number);
    if (first === undefined || last === undefined || first < 1024 || last > 65_535 || last < first)
      throw new Error('is no range of ports from 1024 to 65535');
    return { first, last };
  },
};

export const transientConfig = concern('Temporary logins and port forwards', {
  TRANSIENT_HOST: text('0.0.0.0', 'Address that their ports listen on; :: for IPv6 as well.', '192.0.2.10', {
    pattern: /^[0-9a-f.:]+$/i,
    why: 'is not an IP address',
  }),
  TRANSIENT_PUBLIC_HOST: text(
    undefined,
    'Name or IPv4 address under which people reach these ports; shown as entry point. Default: MGMT_TUNNEL_SERVER_ID.',
    'tunnel-1.example.net',
    { pattern: /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i, why: 'is neither a host name nor an IPv4 address' },
  ),
  TRANSIENT_PORTS: ports,
});

/** The management services of RouterOS by the contract's names, with the names and ports that RouterOS gives them. */
export const SERVICES = {
  winbox: { menuName: 'winbox', usualPort: 8291 },
  ssh: { menuName: 'ssh', usualPort: 22 },
  http: { menuName: 'www', usualPort: 80 },
  https: { menuName: 'www-ssl', usualPort: 443 },
  telnet: { menuName: 'telnet', usualPort: 23 },
  ftp: { menuName: 'ftp', usualPort: 21 },
  api: { menuName: 'api', usualPort: 8728 },
  api_ssl: { menuName: 'api-ssl', usualPort: 8729 },
} as const;

export type ServiceName = keyof typeof SERVICES;
export const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[];

/** What a policy says of one service. */
export interface ServiceRule {
  readonly enabled: boolean;
  /** TCP port, 1 to 65535. */
  readonly port: number;
  /** Networks in CIDR form that may reach it besides the trusted ones. */
  readonly networks: readonly string[];
}

/** What a policy asks of routers. Plain data, checked and in canonical form. */
export interface PolicyContent {
  /** The operator's own input rules come before those of the policy. */
  readonly customInputRules: boolean;
  /** Networks in CIDR form that may reach every service. */
  readonly trustedNetworks: readonly string[];
  readonly services: Readonly<Record<ServiceName, ServiceRule>>;
}

const rule = (name: ServiceName, enabled: boolean): ServiceRule => ({ enabled, port: SERVICES[name].usualPort, networks: [] });

/** Content of the policy that a team has before it makes one: private networks reach WinBox, SSH and the API. */
export const defaultContent = (managementAddress: string): PolicyContent => ({
  customInputRules: true,
  trustedNetworks: [`${managementAddress}/32`, '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  services: {
    ...{ winbox: rule('winbox', true), ssh: rule('ssh', true), http: rule('http', false), https: rule('https', false) },
    ...{ telnet: rule('telnet', false), ftp: rule('ftp', false), api: rule('api', true), api_ssl: rule('api_ssl', false) },
  },
});

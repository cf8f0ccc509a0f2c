import type { Mailbox } from '../platform/mail/mailbox.js';
import { Ipv4Range, ipv4Text } from '../platform/net/index.js';
import { backupsConfig } from './backups.config.js';
import { blobsConfig } from './blobs.config.js';
import { developersConfig } from './developers.config.js';
import { federationConfig } from './federation.config.js';
import { fleetConfig } from './fleet.config.js';
import { geoipConfig } from './geoip.config.js';
import { httpConfig } from './http.config.js';
import { identityConfig } from './identity.config.js';
import { mailConfig, OUTBOX_SENDER } from './mail.config.js';
import { outboundConfig } from './outbound.config.js';
import { smsConfig } from './sms.config.js';
import { storageConfig } from './storage.config.js';
import { transientConfig } from './transient.config.js';
import { tunnelConfig } from './tunnel.config.js';
import { type Concern, InvalidEnvironment, readConcern, type Values } from './variable.js';

export const concerns = [
  httpConfig,
  storageConfig,
  mailConfig,
  smsConfig,
  fleetConfig,
  identityConfig,
  federationConfig,
  geoipConfig,
  tunnelConfig,
  transientConfig,
  blobsConfig,
  backupsConfig,
  developersConfig,
  outboundConfig,
] as const satisfies readonly Concern[];

type All = Values<typeof httpConfig.variables> &
  Values<typeof storageConfig.variables> &
  Values<typeof fleetConfig.variables> &
  Values<typeof identityConfig.variables> &
  Values<typeof federationConfig.variables> &
  Values<typeof mailConfig.variables> &
  Values<typeof smsConfig.variables> &
  Values<typeof geoipConfig.variables> &
  Values<typeof tunnelConfig.variables> &
  Values<typeof transientConfig.variables> &
  Values<typeof blobsConfig.variables> &
  Values<typeof backupsConfig.variables> &
  Values<typeof developersConfig.variables> &
  Values<typeof outboundConfig.variables>;

/** Variables whose default comes from others: never absent once they are read. */
type Derived = 'MGMT_TUNNEL_PUBLIC_HOST' | 'MGMT_TUNNEL_SERVER_ID' | 'MGMT_TUNNEL_ADDRESS' | 'TRANSIENT_PUBLIC_HOST' | 'SFTP_PUBLIC_HOST';

/** Everything the environment decides, typed. Injected as is; made once, by `readSettings`. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the class is the injection token, the interface its shape
export abstract class Settings {}
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- see above
export interface Settings extends Omit<All, 'MAIL_FROM' | Derived> {
  /** URL without trailing slash, never empty. */
  PUBLIC_URL: string;
  PORTAL_URL: string;
  MAIL_FROM: Mailbox;
  MGMT_TUNNEL_PUBLIC_HOST: string;
  /** Never 0. */
  MGMT_TUNNEL_PUBLIC_PORT: number;
  MGMT_TUNNEL_SERVER_ID: string;
  MGMT_TUNNEL_ADDRESS: string;
  TRANSIENT_PUBLIC_HOST: string;
  SFTP_PUBLIC_HOST: string;
  /** Never 0. */
  SFTP_PUBLIC_PORT: number;
}

/** Whether browsers and routers reach this server over TLS. */
export const isHttps = ({ PUBLIC_URL }: Pick<Settings, 'PUBLIC_URL'>): boolean => PUBLIC_URL.startsWith('https:');

const SMS_VARIABLES = Object.keys(smsConfig.variables);

/**
 * Reads and validates the environment.
 * @throws InvalidEnvironment naming every variable that is wrong, its value and a good one
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const problems: string[] = [];
  const values = Object.assign({}, ...concerns.map((c) => readConcern(c as Concern, env, problems))) as All;
  if (values.SMTP_URL && !values.MAIL_FROM && !env['MAIL_FROM'])
    problems.push(`MAIL_FROM is missing, and SMTP_URL needs it; for example MAIL_FROM=${mailConfig.variables.MAIL_FROM.example}`);
  const missing = SMS_VARIABLES.filter((name) => !env[name]);
  if (missing.length && missing.length < SMS_VARIABLES.length)
    problems.push(`${missing.join(' and ')} missing, and the Twilio account is used whole: ${SMS_VARIABLES.join(', ')} go together`);
  if ((values.S3_ACCESS_KEY_ID === undefined) !== (values.S3_SECRET_ACCESS_KEY === undefined))
    problems.push('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together; without both the SDK looks for a role or a profile');
  const general = [values.INTERNAL_TOKEN, values.INTERNAL_TOKEN_PREVIOUS].filter((v) => v !== undefined);
  if ([values.SITE_INTERNAL_TOKEN, values.SITE_INTERNAL_TOKEN_PREVIOUS].some((token) => token !== undefined && general.includes(token)))
    problems.push('SITE_INTERNAL_TOKEN=(hidden) is INTERNAL_TOKEN too; they stand for different services, make another one');
  const publicUrl = values.PUBLIC_URL ?? `http://127.0.0.1:${values.PORT}`;
  if (values.EXTERNAL_ISSUERS?.some(({ issuer }) => issuer.replace(/\/$/, '') === publicUrl))
    problems.push('EXTERNAL_ISSUERS names PUBLIC_URL, which is this server itself; for example https://example.eu.auth0.com/ is external');
  const pool = Ipv4Range.parse(values.MGMT_TUNNEL_POOL);
  const address = values.MGMT_TUNNEL_ADDRESS ?? ipv4Text(pool.first + 1);
  if (!pool.includes(address) || [pool.first, pool.last].map(ipv4Text).includes(address))
    problems.push(
      `MGMT_TUNNEL_ADDRESS=${address} is no host of MGMT_TUNNEL_POOL=${pool.toString()}; for example ${ipv4Text(pool.first + 1)}`,
    );
  if (problems.length) throw new InvalidEnvironment(problems);
  const tunnelHost = values.MGMT_TUNNEL_PUBLIC_HOST ?? new URL(publicUrl).hostname;
  const serverId = values.MGMT_TUNNEL_SERVER_ID ?? tunnelHost;
  return Object.freeze({
    ...values,
    PUBLIC_URL: publicUrl,
    PORTAL_URL: values.PORTAL_URL ?? publicUrl,
    MAIL_FROM: values.MAIL_FROM ?? OUTBOX_SENDER,
    MGMT_TUNNEL_PUBLIC_HOST: tunnelHost,
    MGMT_TUNNEL_PUBLIC_PORT: values.MGMT_TUNNEL_PUBLIC_PORT || values.MGMT_TUNNEL_PORT,
    MGMT_TUNNEL_SERVER_ID: serverId,
    MGMT_TUNNEL_ADDRESS: address,
    TRANSIENT_PUBLIC_HOST: values.TRANSIENT_PUBLIC_HOST ?? serverId,
    SFTP_PUBLIC_HOST: values.SFTP_PUBLIC_HOST ?? new URL(publicUrl).hostname,
    SFTP_PUBLIC_PORT: values.SFTP_PUBLIC_PORT || values.SFTP_PORT,
  });
}

/** The text of `.env.example`: every variable with its meaning, commented out at its default or an example. */
export function envExample(): string {
  const lines = ['# rosfleet reads these variables at start. Generated by `npm run env-example`; do not edit by hand.'];
  for (const { title, variables } of concerns) {
    lines.push('', `## ${title}`);
    for (const [name, { describe, example, fallback }] of Object.entries(variables as Concern['variables'])) {
      const shown =
        typeof fallback === 'string' || typeof fallback === 'number' || typeof fallback === 'boolean' ? String(fallback) : example;
      lines.push(`# ${describe}`, `#${name}=${shown}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

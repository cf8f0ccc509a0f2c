import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { JobId, SiteId, TeamId } from '../../../platform/context/index.js';
import { TenantEntity } from '../../../platform/database/index.js';

/** `winbox` and `ssh` are temporary logins, `forward` leads behind the router. */
export type OpeningKind = 'winbox' | 'ssh' | 'forward';
/** RouterOS groups that a temporary login may be in. */
export const ACCESS_TYPES = ['read', 'write', 'full'] as const;
export type AccessType = (typeof ACCESS_TYPES)[number];

/**
 * What the opening needs on the router: waiting for its job, in place, refused by the router, being taken away, gone.
 * `failed` may have left parts behind, so it is cleaned like `ready`.
 */
export type RouterSide = 'queued' | 'ready' | 'failed' | 'removing' | 'clean';

/** A port on a management server that leads through the tunnel to a router, or behind it, until it expires. */
@TenantEntity('transient_opening')
@Index('transient_opening_port', ['serverId', 'port'], { unique: true, where: 'ended_at IS NULL' })
@Index('transient_opening_of_site', ['siteId', 'createdAt'])
@Index('transient_opening_install', ['installJobId'], { where: `router_side = 'queued'` })
@Index('transient_opening_removal', ['removalJobId'], { where: `router_side = 'removing'` })
@Index('transient_opening_due', ['lookAt'], { where: `router_side <> 'clean'` })
@Index('transient_opening_ended', ['endedAt'])
export class Opening {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  teamId!: TeamId;

  @Column('uuid')
  siteId!: SiteId;

  /** By name: the entity is the fleet's own. A site takes its openings with it. */
  @ManyToOne('Site', { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: unknown;

  @Column('text')
  kind!: OpeningKind;

  /** The management server that listens: the one that holds the tunnel. */
  @Column('text')
  serverId!: string;

  /** Host under which people reach that server. */
  @Column('text')
  entryPoint!: string;

  @Column('integer')
  port!: number;

  /** When a server first listened on this port; null while it did not. */
  @Column('timestamptz', { nullable: true })
  listenedAt!: Date | null;

  /** IPv4 range that may connect. */
  @Column('text')
  allowOnlyCidr!: string;

  @Column('boolean')
  allowRfc1918!: boolean;

  /** Names its things on the router; of a login, also its user name. */
  @Column('text')
  label!: string;

  /** Of a login, sealed under APP_KEY; forgotten when it ends. */
  @Column('text', { nullable: true })
  passwordSealed!: string | null;

  @Column('boolean', { nullable: true })
  fullAccess!: boolean | null;

  /** As it was asked for; null when it was not. */
  @Column('text', { nullable: true })
  accessType!: AccessType | null;

  /** Of a forward: where it ends. */
  @Column('inet', { nullable: true })
  dstAddress!: string | null;

  @Column('integer', { nullable: true })
  dstPort!: number | null;

  /** The router's port in the tunnel: of its service, or one that it translates. */
  @Column('integer')
  routerPort!: number;

  @Column('timestamptz')
  expiresAt!: Date;

  /** When it was revoked, or was seen to have expired. */
  @Column('timestamptz', { nullable: true })
  endedAt!: Date | null;

  @Column('boolean', { default: false })
  revokedEarly!: boolean;

  @Column('text')
  routerSide!: RouterSide;

  /** Why the router refused the last job. */
  @Column('text', { nullable: true })
  routerError!: string | null;

  @Column('uuid')
  installJobId!: JobId;

  @Column('uuid', { nullable: true })
  removalJobId!: JobId | null;

  /** Removal jobs so far. */
  @Column('integer', { default: 0 })
  removals!: number;

  /** When somebody looks again whether the job on which the router side waits is still there. */
  @Column('timestamptz')
  lookAt!: Date;

  /** Connections that were let in, and refused ones; bytes from and to people. */
  @Column('bigint', { default: 0 })
  connections!: string;

  @Column('bigint', { default: 0 })
  refused!: string;

  @Column('bigint', { default: 0 })
  bytesIn!: string;

  @Column('bigint', { default: 0 })
  bytesOut!: string;

  /** When its end and its numbers went to the audit log. */
  @Column('timestamptz', { nullable: true })
  reportedAt!: Date | null;

  @Column('timestamptz')
  createdAt!: Date;
}

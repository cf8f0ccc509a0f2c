import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { SiteId, TeamId } from '../../../platform/context/index.js';
import { TenantEntity } from '../../../platform/database/index.js';

/** The management tunnel of a site: how its router signs in, the address it has for good, and who holds it now. */
@TenantEntity('site_tunnel')
@Index('site_tunnel_site', ['siteId'], { unique: true })
@Index('site_tunnel_address', ['address'], { unique: true })
@Index('site_tunnel_current', ['tunnelId'], { unique: true })
@Index('site_tunnel_previous', ['previousTunnelId'], { unique: true, where: 'previous_tunnel_id IS NOT NULL' })
@Index('site_tunnel_held', ['serverId'], { where: 'server_id IS NOT NULL' })
export class SiteTunnel {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  teamId!: TeamId;

  @Column('uuid')
  siteId!: SiteId;

  /** By name: the entity is the fleet's own. A site takes its tunnel with it, and a trigger notes the address as freed. */
  @ManyToOne('Site', { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: unknown;

  /** Names the tunnel; its base62 form is the user name of the current pair. */
  @Column('uuid')
  tunnelId!: string;

  /** Password of the current pair, sealed under APP_KEY. */
  @Column('text')
  passwordSealed!: string;

  /** Counts the pairs that this site had. */
  @Column('integer')
  generation!: number;

  /** When the current pair was made. */
  @Column('timestamptz')
  issuedAt!: Date;

  /** When the current pair was first used; null while the router does not know it. */
  @Column('timestamptz', { nullable: true })
  usedAt!: Date | null;

  /** The pair that the router still has, accepted until the current one is used. */
  @Column('uuid', { nullable: true })
  previousTunnelId!: string | null;

  @Column('text', { nullable: true })
  previousPasswordSealed!: string | null;

  /** Of the router in the tunnel, IPv4. */
  @Column('inet')
  address!: string;

  /** The management server that holds the tunnel; null while none does. */
  @Column('text', { nullable: true })
  serverId!: string | null;

  /** Which connection of that server: a late word about an older one changes nothing. */
  @Column('text', { nullable: true })
  connection!: string | null;

  /** When that server last said that it holds the tunnel. */
  @Column('timestamptz', { nullable: true })
  seenAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  connectedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  disconnectedAt!: Date | null;

  /** Where the router comes from, or came from last. */
  @Column('inet', { nullable: true })
  remoteAddress!: string | null;

  /** Bytes from the router since the tunnel was made, all its connections together. */
  @Column('bigint', { default: 0 })
  bytesIn!: string;

  /** Bytes to the router. */
  @Column('bigint', { default: 0 })
  bytesOut!: string;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  updatedAt!: Date;
}

import { Column, Index, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../../../platform/database/index.js';

/** What the OpenID provider keeps: browser sessions, interactions, grants, codes, refresh tokens. */
@SharedEntity('oidc_record', 'Belongs to a person and a client, not to a team.')
export class OidcRecord {
  /** The provider's name of the kind: Session, Grant, AuthorizationCode … */
  @PrimaryColumn('text')
  model!: string;

  /** Keyed hash of the id: reading the table gives nobody a cookie, code or token. */
  @PrimaryColumn('text')
  idHash!: string;

  /** What the provider wants back, as JSON, sealed under APP_KEY. */
  @Column('text')
  sealedPayload!: string;

  @Index()
  @Column('text', { nullable: true })
  grantId!: string | null;

  @Index()
  @Column('text', { nullable: true })
  uid!: string | null;

  @Index()
  @Column('text', { nullable: true })
  accountId!: string | null;

  @Index()
  @Column('timestamptz', { nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  consumedAt!: Date | null;
}

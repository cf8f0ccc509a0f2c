import { Column, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../../../platform/database/index.js';

/** An application that people sign in to. */
@SharedEntity('oidc_client', 'Clients of the whole installation.')
export class OidcClient {
  /** `client_id`. */
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  name!: string;

  /** Compared letter by letter. */
  @Column('text', { array: true })
  redirectUris!: string[];

  @Column('text', { array: true })
  postLogoutRedirectUris!: string[];

  /** Sealed under APP_KEY; null for a public client, which proves itself by PKCE alone. */
  @Column('text', { nullable: true })
  sealedSecret!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}

import { Column, ForeignKey, PrimaryColumn } from 'typeorm';
import type { OrganizationId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';
import { Organization } from './organization.entity.js';
import type { PictureType } from './picture.js';

/** An uploaded logo. Apart from its organization, so that reading organizations reads no images. */
@SharedEntity('organization_picture', 'Belongs to an organization, which stands above teams.')
export class OrganizationPicture {
  @ForeignKey(() => Organization, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  organizationId!: OrganizationId;

  @Column('text')
  mediaType!: PictureType;

  @Column('bytea')
  content!: Buffer;
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, type OrganizationId, type RequestContext, type WorkspaceId } from '../../../platform/context/index.js';
import { SignedUrls } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';
import { NotFound, ValidationFailed } from '../../../platform/errors/index.js';
import type { Slice } from '../../../platform/http/index.js';
import { type Branding, Organization } from './organization.entity.js';
import { BillingAccounts } from './billing-accounts.js';
import { OrganizationHasUsage, OrganizationNotFound, OrganizationTreeFull, WorkspaceFull } from './errors.js';
import { Meters } from './meters.js';
import { OrganizationPicture } from './organization-picture.entity.js';
import { type Capacity, type Limits, type Meter, METERS, OrganizationTree } from './organization-tree.js';
import { type Picture, readPicture } from './picture.js';
import { organizationPublicId, workspacePublicId } from './public-ids.js';
import { aboveTeams, type Standing, WorkspaceAccess } from './workspace-access.js';
import type { Workspace } from './workspace.entity.js';
import { pathBelow, WorkspacesRepository } from './workspaces.repository.js';

const MOST_ORGANIZATIONS = 1000;
const MOST_CHILDREN = 100;
const DEEPEST = 9;

/** Fields that are absent stay as they are; null takes a limit, a part of the branding or the picture away. */
export interface OrganizationChange {
  readonly name?: string;
  readonly billingAccountId?: string | null;
  readonly limits?: Partial<Record<Meter, number | null>>;
  readonly picture?: string | null;
  readonly branding?: { [K in keyof Branding]?: string | null } | null;
}
export type OrganizationWish = OrganizationChange & { readonly name: string };

/** Organizations and the workspace's tree with its usage, from which their figures are read. */
export interface OrganizationsView {
  readonly organizations: readonly Organization[];
  readonly tree: OrganizationTree;
}

/** The tree of organizations of a workspace. */
@Injectable()
export class OrganizationsService {
  constructor(
    private readonly workspaces: WorkspacesRepository,
    private readonly access: WorkspaceAccess,
    private readonly meters: Meters,
    private readonly billing: BillingAccounts,
    private readonly urls: SignedUrls,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws WorkspaceNotFound */
  async list(ctx: RequestContext, workspaceId: WorkspaceId, slice: Slice): Promise<OrganizationsView> {
    const { above, workspace } = await this.reading(ctx, workspaceId);
    return this.view(above, workspace, await this.workspaces.listOrganizations(above, workspaceId, slice));
  }

  /** The tree with its usage, for reports. @throws WorkspaceNotFound */
  async tree(ctx: RequestContext, workspaceId: WorkspaceId): Promise<{ workspace: Workspace; tree: OrganizationTree }> {
    const { above, workspace } = await this.reading(ctx, workspaceId);
    return { workspace, tree: await this.usedTree(above, workspace) };
  }

  /** @throws WorkspaceNotFound, OrganizationNotFound */
  async get(ctx: RequestContext, workspaceId: WorkspaceId, id: OrganizationId): Promise<OrganizationsView> {
    const { above, workspace } = await this.reading(ctx, workspaceId);
    return this.view(above, workspace, [await this.find(above, workspaceId, id)]);
  }

  /** @throws WorkspaceNotFound, OrganizationNotFound also for a top-level organization */
  async parent(ctx: RequestContext, workspaceId: WorkspaceId, id: OrganizationId): Promise<OrganizationsView> {
    const { above, workspace } = await this.reading(ctx, workspaceId);
    const { parentId } = await this.find(above, workspaceId, id);
    if (!parentId) throw new OrganizationNotFound('This organization is at the top level and has no parent.');
    return this.view(above, workspace, [await this.find(above, workspaceId, parentId)]);
  }

  /** Everything below an organization, parents before their children. @throws WorkspaceNotFound, OrganizationNotFound */
  async descendants(ctx: RequestContext, workspaceId: WorkspaceId, id: OrganizationId, slice: Slice): Promise<OrganizationsView> {
    const { above, workspace } = await this.reading(ctx, workspaceId);
    const top = await this.find(above, workspaceId, id);
    return this.view(above, workspace, await this.workspaces.listOrganizations(above, workspaceId, slice, top));
  }

  /** What an organization uses and may still have, meter by meter. @throws WorkspaceNotFound, OrganizationNotFound */
  async capacities(
    ctx: RequestContext,
    workspaceId: WorkspaceId,
    id: OrganizationId,
  ): Promise<{ organization: Organization; capacities: Capacity[] }> {
    const { organizations, tree } = await this.get(ctx, workspaceId, id);
    return { organization: organizations[0]!, capacities: METERS.map((meter) => tree.capacity(id, meter)) };
  }

  /**
   * @param parentId null for a top-level organization
   * @throws WorkspaceNotFound, OrganizationNotFound, WorkspaceRoleMissing, WorkspaceArchived, ValidationFailed, WorkspaceFull, OrganizationTreeFull
   */
  async create(
    ctx: RequestContext,
    workspaceId: WorkspaceId,
    parentId: OrganizationId | null,
    wish: OrganizationWish,
  ): Promise<OrganizationsView> {
    return this.changing(ctx, workspaceId, 'create organizations', async (ctx, { workspace }) => {
      const parent = parentId && (await this.find(ctx, workspaceId, parentId));
      const tree = new OrganizationTree(await this.workspaces.nodes(ctx, workspaceId));
      if (tree.size >= MOST_ORGANIZATIONS) throw new WorkspaceFull(MOST_ORGANIZATIONS, 'organizations');
      if (parent) refuseFullParent(parent, tree);
      await this.refuseAccount(ctx, workspace, parentId, wish.billingAccountId ?? null);
      const now = this.clock.now();
      const id = newId<OrganizationId>();
      const picture = wish.picture ? readOrRefuse(wish.picture) : null;
      const organization = await this.workspaces.insert(ctx, Organization, {
        ...{ id, workspaceId, parentId, path: parent ? pathBelow(parent) : null, depth: parent ? parent.depth + 1 : 0 },
        ...{ name: wish.name, limits: merged({}, wish.limits), billingAccountId: wish.billingAccountId ?? null },
        ...{ branding: merged({}, wish.branding ?? {}), ...pictureColumns(picture), trialEndsAt: null, createdAt: now, updatedAt: now },
      });
      await this.keepUpload(ctx, id, picture);
      return this.view(ctx, workspace, [organization]);
    });
  }

  /** @throws WorkspaceNotFound, OrganizationNotFound, WorkspaceRoleMissing, WorkspaceArchived, ValidationFailed */
  async update(ctx: RequestContext, workspaceId: WorkspaceId, id: OrganizationId, wish: OrganizationChange): Promise<OrganizationsView> {
    return this.changing(ctx, workspaceId, 'change organizations', async (ctx, { workspace }) => {
      const before = await this.find(ctx, workspaceId, id);
      const change: Partial<Organization> = { updatedAt: this.clock.now() };
      if (wish.name !== undefined) change.name = wish.name;
      if (wish.billingAccountId !== undefined) {
        await this.refuseAccount(ctx, workspace, before.parentId, wish.billingAccountId);
        change.billingAccountId = wish.billingAccountId;
      }
      if (wish.limits) change.limits = merged(before.limits, wish.limits);
      if (wish.branding !== undefined) change.branding = wish.branding ? merged(before.branding, wish.branding) : {};
      if (wish.picture !== undefined && wish.picture !== this.pictureUrl(before)) {
        const picture = wish.picture === null ? null : readOrRefuse(wish.picture);
        Object.assign(change, pictureColumns(picture));
        await this.workspaces.removePicture(ctx, id);
        await this.keepUpload(ctx, id, picture);
      }
      await this.workspaces.changeOrganization(ctx, id, change);
      return this.view(ctx, workspace, [{ ...before, ...change }]);
    });
  }

  /**
   * Deletes an organization and everything below it, for good. Teams are never taken along: as long as one is there, with
   * or without usage, it is refused.
   * @throws WorkspaceNotFound, OrganizationNotFound, WorkspaceRoleMissing, WorkspaceArchived, OrganizationHasUsage
   */
  async remove(ctx: RequestContext, workspaceId: WorkspaceId, id: OrganizationId): Promise<void> {
    await this.changing(ctx, workspaceId, 'delete organizations', async (ctx) => {
      await this.find(ctx, workspaceId, id);
      const ids = new OrganizationTree(await this.workspaces.nodes(ctx, workspaceId)).subtree(id).map((o) => o.id);
      await this.workspaces.lockOrganizations(ctx, ids);
      const nodes = (await this.workspaces.nodes(ctx, workspaceId)).filter((o) => ids.includes(o.id)); // now no team comes any more
      const owner = nodes.find((o) => o.teamIds.length);
      if (owner) throw new OrganizationHasUsage(`«${owner.name}» has ${owner.teamIds.length} teams; delete them first`);
      const usage = await this.meters.usage(ctx, nodes);
      for (const { id: organization, name } of nodes) {
        const meter = METERS.find((m) => usage.get(organization)![m] > 0);
        if (meter) throw new OrganizationHasUsage(`«${name}» still uses ${usage.get(organization)![meter]} ${meter}`);
      }
      await this.workspaces.removeOrganizations(ctx, ids);
    });
  }

  /** Where the picture is to be had: a URL outside, or a signed one of ours that needs no credential. */
  pictureUrl({ id, workspaceId, pictureUrl, pictureDigest }: Organization): string | null {
    if (!pictureDigest) return pictureUrl;
    const path = `/workspaces/${workspacePublicId(workspaceId)}/organizations/${organizationPublicId(id)}/picture`;
    return this.urls.sign(path, { digest: pictureDigest.slice(0, 16) });
  }

  /** An uploaded picture, as long as it is the one the URL was made for. @throws NotFound */
  async picture(ctx: RequestContext, workspaceId: WorkspaceId, id: OrganizationId, digest: string): Promise<OrganizationPicture> {
    const above = aboveTeams(ctx);
    const organization = await this.workspaces.findOrganization(above, workspaceId, id);
    const current = organization?.pictureDigest?.slice(0, 16) === digest;
    const picture = current && (await this.workspaces.picture(above, id));
    if (!picture) throw new NotFound('This picture was replaced or removed.');
    return picture;
  }

  private async reading(ctx: RequestContext, workspaceId: WorkspaceId): Promise<Standing & { above: RequestContext }> {
    const above = aboveTeams(ctx);
    return { above, ...(await this.access.read(above, await this.access.person(ctx), workspaceId)) };
  }

  private async changing<T>(
    ctx: RequestContext,
    workspaceId: WorkspaceId,
    what: string,
    work: (ctx: RequestContext, standing: Standing) => Promise<T>,
  ): Promise<T> {
    const person = await this.access.person(ctx);
    return this.db.transaction(aboveTeams(ctx), async (ctx) =>
      work(ctx, await this.access.change(ctx, person, workspaceId, 'admin', what)),
    );
  }

  private async find(ctx: RequestContext, workspaceId: WorkspaceId, id: OrganizationId): Promise<Organization> {
    const organization = await this.workspaces.findOrganization(ctx, workspaceId, id);
    if (!organization) throw new OrganizationNotFound();
    return organization;
  }

  private async view(ctx: RequestContext, workspace: Workspace, organizations: readonly Organization[]): Promise<OrganizationsView> {
    return { organizations, tree: await this.usedTree(ctx, workspace) };
  }

  private async usedTree(ctx: RequestContext, { id, name, pooledSeatLimit }: Workspace): Promise<OrganizationTree> {
    const nodes = await this.workspaces.nodes(ctx, id);
    const pool = { name, limits: pooledSeatLimit === null ? {} : { locations: pooledSeatLimit } };
    return new OrganizationTree(nodes, pool, await this.meters.usage(ctx, nodes));
  }

  /** @throws ValidationFailed when the workspace's billing mode, the place in the tree or billing does not allow the account */
  private async refuseAccount(
    ctx: RequestContext,
    workspace: Workspace,
    parentId: OrganizationId | null,
    accountId: string | null,
  ): Promise<void> {
    const refuse = (why: string): never => {
      throw new ValidationFailed({ billing_account_id: [`billing_account_id ${why}`] });
    };
    if (workspace.billingMode === 'pooled')
      return accountId === null ? undefined : refuse('must be null in a workspace with pooled billing');
    if (parentId) return accountId === null ? undefined : refuse('must be null: the account of the top-level organization pays');
    const { directory } = this.billing;
    if (!directory) return;
    if (accountId === null) return refuse('must be given: a top-level organization needs an account that pays');
    if (!(await directory.exists(ctx, workspace.id, accountId))) refuse('must be a billing account of this workspace');
  }

  private async keepUpload(ctx: RequestContext, organizationId: OrganizationId, picture: Picture | null): Promise<void> {
    if (picture?.kind !== 'upload') return;
    await this.workspaces.insert(ctx, OrganizationPicture, { organizationId, mediaType: picture.type, content: picture.content });
  }
}

function refuseFullParent(parent: Organization, tree: OrganizationTree): void {
  if (parent.depth >= DEEPEST)
    throw new OrganizationTreeFull(`«${parent.name}» is on level ${DEEPEST + 1}, the last one; nothing can be below it.`);
  if (tree.childrenOf(parent.id).length >= MOST_CHILDREN)
    throw new OrganizationTreeFull(`«${parent.name}» has ${MOST_CHILDREN} direct children, the most there can be.`);
}

/** @throws ValidationFailed */
function readOrRefuse(text: string): Picture {
  const picture = readPicture(text);
  if (typeof picture === 'string') throw new ValidationFailed({ picture: [picture] });
  return picture;
}

const pictureColumns = (picture: Picture | null): Pick<Organization, 'pictureUrl' | 'pictureDigest'> => ({
  pictureUrl: picture?.kind === 'link' ? picture.url : null,
  pictureDigest: picture?.kind === 'upload' ? picture.digest : null,
});

/** `before` with what `change` says: an absent key stays, null takes it away. */
function merged<T extends Limits | Branding>(before: T, change: { [K in keyof T]?: T[K] | null } = {}): T {
  const told = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return Object.fromEntries(Object.entries({ ...before, ...told }).filter(([, value]) => value !== null)) as T;
}

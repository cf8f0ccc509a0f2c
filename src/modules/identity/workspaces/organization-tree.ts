import type { OrganizationId, TeamId } from '../../../platform/context/index.js';

/** What is counted and limited. `locations` are adopted sites, `users` people in teams, `sso` identity providers. */
export const METERS = ['locations', 'users', 'sso'] as const;
export type Meter = (typeof METERS)[number];

/** A missing key is no limit, 0 allows none. */
export type Limits = Readonly<Partial<Record<Meter, number>>>;
export type Usage = Readonly<Record<Meter, number>>;

export interface TreeNode {
  readonly id: OrganizationId;
  readonly parentId: OrganizationId | null;
  readonly name: string;
  readonly limits: Limits;
  readonly teamIds: readonly TeamId[];
}

/** The workspace's own share in the limits: the seats that all its organizations take from. */
export interface Pool {
  readonly name: string;
  readonly limits: Limits;
}

/** A limit that holds for an organization. */
export interface HeldLimit {
  readonly limit: number;
  /** `organization`: its own; `parent`: of the one right above; `ancestor`: of one further up; `workspace`: the pool's. */
  readonly of: 'organization' | 'parent' | 'ancestor' | 'workspace';
  readonly name: string;
  /** Where everything that counts against it hangs; null for the whole workspace. */
  readonly top: OrganizationId | null;
}

export interface Capacity {
  readonly meter: Meter;
  /** Of the organization and everything below it. */
  readonly used: number;
  /** Of its own teams. */
  readonly direct: number;
  readonly ownLimit: number | null;
  /** What the tightest of all limits leaves; undefined when nothing limits this meter. */
  readonly bound: Bound | undefined;
}

export interface Bound {
  /** The most that the organization and those below it may have, given what others use of shared limits. Never negative. */
  readonly total: number;
  /** What may still be added. Never negative. */
  readonly free: number;
  readonly by: HeldLimit;
}

const NOTHING: Usage = { locations: 0, users: 0, sso: 0 };

/**
 * The organizations of one workspace and the arithmetic of their limits: usage adds up towards the root, limits hold for
 * everything below them, the tightest wins. Pure; a tree that knows no usage counts everything as 0.
 */
export class OrganizationTree {
  private readonly nodes: ReadonlyMap<OrganizationId, TreeNode>;
  private readonly children = new Map<OrganizationId | null, TreeNode[]>();
  private readonly sums = new Map<OrganizationId | null, Usage>();

  /** @param nodes all organizations of the workspace, in the order in which siblings shall stand */
  constructor(
    nodes: readonly TreeNode[],
    private readonly pool: Pool = { name: '', limits: {} },
    private readonly usage: ReadonlyMap<OrganizationId, Usage> = new Map(),
  ) {
    this.nodes = new Map(nodes.map((n) => [n.id, n]));
    for (const node of nodes) {
      const siblings = this.children.get(node.parentId);
      if (siblings) siblings.push(node);
      else this.children.set(node.parentId, [node]);
    }
  }

  get size(): number {
    return this.nodes.size;
  }

  childrenOf(id: OrganizationId | null): readonly TreeNode[] {
    return this.children.get(id) ?? [];
  }

  /** The organization and everything below it, parents before their children; all of them for null. */
  subtree(id: OrganizationId | null): TreeNode[] {
    const below = this.childrenOf(id).flatMap((child) => this.subtree(child.id));
    return id === null ? below : [this.node(id), ...below];
  }

  /** Usage of the organization's own teams. */
  direct(id: OrganizationId): Usage {
    return this.usage.get(id) ?? NOTHING;
  }

  /** Usage of the organization and everything below it; of the whole workspace for null. */
  used(id: OrganizationId | null): Usage {
    const known = this.sums.get(id);
    if (known) return known;
    const parts = this.childrenOf(id).map((child) => this.used(child.id));
    if (id !== null) parts.push(this.direct(id));
    const sum = Object.fromEntries(METERS.map((m) => [m, parts.reduce((total, part) => total + part[m], 0)])) as Usage;
    this.sums.set(id, sum);
    return sum;
  }

  /** Every limit that holds for an organization, the nearest first. */
  limitsOn(id: OrganizationId, meter: Meter): HeldLimit[] {
    const found: HeldLimit[] = [];
    let next: OrganizationId | null = id;
    for (let steps = 0; next !== null; steps++) {
      const { name, limits, parentId } = this.node(next);
      const limit = limits[meter];
      if (limit !== undefined)
        found.push({ limit, of: steps === 0 ? 'organization' : steps === 1 ? 'parent' : 'ancestor', name, top: next });
      next = parentId;
    }
    const pooled = this.pool.limits[meter];
    if (pooled !== undefined) found.push({ limit: pooled, of: 'workspace', name: this.pool.name, top: null });
    return found;
  }

  /** What an organization uses of a meter and what the limits on it leave; of equally tight limits the nearest is named. */
  capacity(id: OrganizationId, meter: Meter): Capacity {
    const used = this.used(id)[meter];
    let bound: (Bound & { left: number }) | undefined;
    for (const by of this.limitsOn(id, meter)) {
      const left = by.limit - this.used(by.top)[meter];
      if (!bound || left < bound.left) bound = { left, total: Math.max(0, used + left), free: Math.max(0, left), by };
    }
    return { meter, used, direct: this.direct(id)[meter], ownLimit: this.node(id).limits[meter] ?? null, bound };
  }

  private node(id: OrganizationId): TreeNode {
    const node = this.nodes.get(id);
    if (!node) throw new Error(`Organization ${id} is not in this tree.`);
    return node;
  }
}

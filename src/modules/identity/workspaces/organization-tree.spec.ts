import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OrganizationId } from '../../../platform/context/index.js';
import { type Limits, METERS, OrganizationTree, type TreeNode, type Usage } from './organization-tree.js';

const id = (n: number): OrganizationId => `o${n}` as OrganizationId;
const node = (n: number, parent: number | null, limits: Limits = {}): TreeNode => ({
  ...{ id: id(n), parentId: parent === null ? null : id(parent), name: `O${n}`, limits, teamIds: [] },
});
const uses = (...locations: number[]): Map<OrganizationId, Usage> =>
  new Map(locations.map((l, n) => [id(n), { locations: l, users: 0, sso: 0 }]));

describe('limits in the tree', () => {
  it('are the worked example of docs/tenancy.md', () => {
    const tree = new OrganizationTree(
      [node(0, null, { locations: 10 }), node(1, 0, { locations: 6 }), node(2, 0), node(3, 1)],
      undefined,
      uses(1, 1, 4, 2),
    );
    expect(tree.capacity(id(0), 'locations')).toMatchObject({ used: 8, direct: 1, ownLimit: 10, bound: { total: 10, free: 2 } });
    expect(tree.capacity(id(1), 'locations').bound).toMatchObject({ total: 5, free: 2, by: { of: 'parent', limit: 10 } });
    expect(tree.capacity(id(2), 'locations').bound).toMatchObject({ total: 6, free: 2, by: { of: 'parent', name: 'O0' } });
    expect(tree.capacity(id(3), 'locations').bound).toMatchObject({ total: 4, free: 2, by: { of: 'ancestor', name: 'O0' } });
  });

  it('name the nearest of equally tight ones, and nobody when there is none', () => {
    const tree = new OrganizationTree([node(0, null, { locations: 3 }), node(1, 0, { locations: 3 })], undefined, uses(0, 1));
    expect(tree.capacity(id(1), 'locations').bound!.by.of).toBe('organization');
    expect(tree.capacity(id(1), 'users').bound).toBeUndefined();
  });

  it('of 0 disable, and a usage above the limit leaves nothing rather than less', () => {
    const tree = new OrganizationTree([node(0, null, { locations: 0 })], undefined, uses(2));
    expect(tree.capacity(id(0), 'locations')).toMatchObject({ used: 2, bound: { total: 0, free: 0 } });
  });

  it('of the pool hold for every tree of the workspace', () => {
    const tree = new OrganizationTree([node(0, null), node(1, null)], { name: 'W', limits: { locations: 5 } }, uses(3, 1));
    expect(tree.capacity(id(1), 'locations').bound).toMatchObject({ total: 2, free: 1, by: { of: 'workspace', name: 'W', top: null } });
  });

  const limits = fc.record({ locations: fc.nat(20), users: fc.nat(20), sso: fc.nat(20) }, { requiredKeys: [] });
  const usage = fc.record({ locations: fc.nat(9), users: fc.nat(9), sso: fc.nat(9) });
  /** A tree in which each node hangs below an earlier one or at the top. */
  const trees = fc
    .tuple(fc.array(fc.tuple(fc.option(fc.nat()), limits, usage), { minLength: 1, maxLength: 25 }), limits)
    .map(([drafts, pool]) => {
      const nodes = drafts.map(([parent, own], n) => node(n, parent === null || n === 0 ? null : parent % n, own));
      const direct = new Map(drafts.map(([, , u], n) => [id(n), u as Usage]));
      return { nodes, direct, pool, tree: new OrganizationTree(nodes, { name: 'W', limits: pool }, direct) };
    });
  const chain = (nodes: readonly TreeNode[], from: TreeNode): TreeNode[] => {
    const parent = nodes.find((n) => n.id === from.parentId);
    return [from, ...(parent ? chain(nodes, parent) : [])];
  };

  it('see usage add up: a node has its own and that of its children, the workspace that of all', () => {
    fc.assert(
      fc.property(trees, ({ nodes, direct, tree }) => {
        for (const meter of METERS) {
          for (const n of nodes) {
            const children = nodes.filter((c) => c.parentId === n.id).reduce((sum, c) => sum + tree.used(c.id)[meter], 0);
            expect(tree.used(n.id)[meter]).toBe(direct.get(n.id)![meter] + children);
          }
          expect(tree.used(null)[meter]).toBe([...direct.values()].reduce((sum, u) => sum + u[meter], 0));
        }
      }),
    );
  });

  it('are as tight as the tightest on the way up: what is free fits every one of them, and one more does not', () => {
    fc.assert(
      fc.property(trees, fc.constantFrom(...METERS), ({ nodes, direct, pool, tree }, meter) => {
        const below = (top: TreeNode): TreeNode[] => nodes.filter((n) => chain(nodes, n).includes(top));
        const sum = (of: readonly TreeNode[]): number => of.reduce((total, n) => total + direct.get(n.id)![meter], 0);
        for (const n of nodes) {
          const held: { limit: number; used: number }[] = chain(nodes, n).flatMap((a) =>
            a.limits[meter] === undefined ? [] : [{ limit: a.limits[meter], used: sum(below(a)) }],
          );
          if (pool[meter] !== undefined) held.push({ limit: pool[meter], used: sum(nodes) });
          const { bound, used } = tree.capacity(n.id, meter);
          expect(bound === undefined).toBe(held.length === 0);
          if (!bound) continue;
          const over = held.some((h) => h.used > h.limit);
          expect(bound.free === 0 || held.every((h) => h.used + bound.free <= h.limit)).toBe(true);
          expect(held.some((h) => h.used + bound.free + 1 > h.limit)).toBe(true);
          if (!over) expect(bound.total).toBe(used + bound.free);
          expect(bound.total).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('list a subtree with parents before their children, each once', () => {
    fc.assert(
      fc.property(trees, ({ nodes, tree }) => {
        const seen = tree.subtree(null).map((n) => n.id);
        expect([...seen].sort()).toEqual(nodes.map((n) => n.id).sort());
        for (const n of nodes) if (n.parentId) expect(seen.indexOf(n.parentId)).toBeLessThan(seen.indexOf(n.id));
      }),
    );
  });
});

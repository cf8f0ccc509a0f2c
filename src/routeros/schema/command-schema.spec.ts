import { describe, expect, it } from '@jest/globals';
import { CommandSchema, compareVersions, matchEnum, matchName, resolveVersion } from './index.js';

describe('resolveVersion', () => {
  it.each([
    ['7.16.2', '7.16.2'],
    ['7.18.2', '7.16.2'],
    ['7.22.3', '7.22.3'],
    ['7.23', '7.22.3'],
    ['7.24.4', '7.24'],
    ['7.9', '7.16.2'],
    ['6.49.10', '7.16.2'],
  ])('judges a router on %s by the tree of %s', (router, tree) => {
    expect(resolveVersion(router)).toBe(tree);
  });

  it('orders versions by number, not by text', () => {
    expect(['7.9', '7.10', '6.49.10', '7.24.1'].sort(compareVersions)).toEqual(['6.49.10', '7.9', '7.10', '7.24.1']);
  });
});

describe('CommandSchema', () => {
  const schema = CommandSchema.for('7.24');

  it('is read once a version', () => {
    expect(CommandSchema.for('7.24.2')).toBe(schema);
  });

  it('knows menus, commands, arguments and their values', () => {
    expect(typeof schema.node(['ip', 'address', 'add'])).toBe('number');
    expect(schema.menu(['ip', 'address', 'add'])).toBeUndefined();
    expect(schema.argumentNames(['ip', 'address'], 'add')).toContain('interface');
    expect(schema.argument(['ip', 'address'], 'add', 'disabled')).toMatchObject({ closed: 'closed', values: ['no', 'yes'] });
    expect(schema.argument(['ip', 'address'], 'add', 'adress')).toBeUndefined();
    expect(schema.mandatory(['ip', 'address'])).toContain('address');
    expect(schema.properties(['system', 'resource']).has('uptime')).toBe(true);
  });

  it('knows nothing of what JavaScript objects inherit', () => {
    expect(schema.node(['constructor'])).toBeUndefined();
    expect(schema.argument(['ip', 'address'], 'add', 'toString')).toBeUndefined();
  });

  it('tells versions apart', () => {
    expect(CommandSchema.for('7.16.2').node(['range'])).toBeUndefined();
    expect(typeof schema.node(['range'])).toBe('number');
  });
});

describe('names and values', () => {
  it('takes a unique beginning and refuses an ambiguous one', () => {
    expect(matchName(['print', 'parse', 'put'], 'pr')).toEqual({ ok: true, value: 'print' });
    expect(matchName(['print', 'parse', 'put'], 'p')).toEqual({ ok: false, ambiguous: true });
    expect(matchName(['print', 'printer'], 'print')).toEqual({ ok: true, value: 'print' });
    expect(matchName(['print'], 'x')).toEqual({ ok: false, ambiguous: false });
  });

  const closed = { desc: '', closed: 'closed' as const, values: ['accept', 'drop', 'reject'] };

  it.each([
    ['accept', 'accept'],
    ['acc', 'accept'],
    ['accept,!drop', 'accept,!drop'],
    ['', ''],
  ])('reads %j of a closed list as %j', (written, meant) => {
    expect(matchEnum(closed, 'action', written)).toEqual({ ok: true, value: meant });
  });

  it('refuses what no list holds, and lets open lists be', () => {
    expect(matchEnum(closed, 'action', 'permit').ok).toBe(false);
    expect(matchEnum({ ...closed, closed: 'open' }, 'chain', 'mine').ok).toBe(true);
    expect(matchEnum({ ...closed, closed: 'or-number' }, 'action', '17').ok).toBe(true);
  });
});

import { describe, expect, it } from '@jest/globals';
import { textOfPdf } from '../../../../test/support/pdf.js';
import type { OrganizationId } from '../../../platform/context/index.js';
import { OrganizationTree, type TreeNode } from './organization-tree.js';
import { ReportFonts } from './report-fonts.js';
import { renderUsageReport } from './usage-report.js';

const report = (names: readonly string[]): Promise<Buffer> => {
  const nodes: TreeNode[] = names.map((name, n) => ({
    ...{ id: `o${n}` as OrganizationId, parentId: n === 0 ? null : ('o0' as OrganizationId), name, teamIds: [] },
    limits: n === 0 ? { locations: 12 } : {},
  }));
  const usage = new Map(nodes.map((o, n) => [o.id, { locations: n === 1 ? 3 : 0, users: n, sso: 0 }]));
  const tree = new OrganizationTree(nodes, undefined, usage);
  return renderUsageReport({ workspaceName: 'Müller & Söhne', workspaceId: 'ws_1', at: new Date('2026-03-04T05:06:07Z'), tree });
};

describe('the usage report', () => {
  it('says whose it is, of when, and what each organization uses of how much', async () => {
    const [page] = await textOfPdf(await report(['Head office', 'Branch']));
    expect(page!.map((t) => t.text)).toEqual([
      ...['Usage and limits', 'Müller & Söhne', 'ws_1, 2026-03-04 05:06 UTC'],
      ...['Organization', 'Locations', 'Users', 'SSO'],
      ...['Head office', '3 / 12', '1 / no limit', '0 / no limit'],
      ...['Branch', '3 / 12', '1 / no limit', '0 / no limit'],
      ...[expect.stringContaining('everything below it'), 'Page 1 of 1'],
    ]);
    const x = (text: string): number => page!.find((t) => t.text === text)!.x;
    expect(x('Branch')).toBeGreaterThan(x('Head office')); // indented below its parent
  });

  it('prints names in any script, none of them cut', async () => {
    const names = ['Москва', 'Αθήνα', '北京分公司', '日本の支店', '한국', 'ไทย', 'W'.repeat(50), 'עולם', '😀'];
    const text = (await textOfPdf(await report(names))).flat().map((t) => t.text);
    for (const name of names) expect(text).toContain(name);
  });

  it('survives names made of invisible, broken and reordering characters', async () => {
    const text = (await textOfPdf(await report(['a\u202Eb', '\u200B', '\uD800x', 'tab\there', 'שלום 42']))).flat().map((t) => t.text);
    expect(text).toEqual(expect.arrayContaining(['ab', 'x', 'tabhere']));
    expect(text.join('')).toContain('42'); // digits beside words from the right keep their order
  });

  it('takes as many pages as a thousand organizations need, each with its heading and number', async () => {
    const pages = await textOfPdf(await report(Array.from({ length: 1000 }, (_, n) => `Organization ${n}`)));
    expect(pages.length).toBeGreaterThan(15);
    for (const [i, page] of pages.entries()) {
      expect(page.map((t) => t.text)).toEqual(expect.arrayContaining(['Locations', `Page ${i + 1} of ${pages.length}`]));
    }
    const named = pages.flat().filter((t) => /^Organization \d+$/.test(t.text));
    expect(new Set(named.map((t) => t.text)).size).toBe(1000);
  });

  it('says so when there is no organization', async () => {
    expect((await textOfPdf(await report([]))).flat().map((t) => t.text)).toContain('This workspace has no organizations.');
  });
});

describe('texts for the report', () => {
  it('are split where another font or direction begins', () => {
    const fonts = new ReportFonts();
    expect(fonts.runs('Zürich 北京 x', 'bold').map((r) => [r.font, r.text])).toEqual([
      ['bold', 'Zürich '],
      ['any', '北京'],
      ['bold', ' x'],
    ]);
    expect(fonts.runs('a שלום עולם 42', 'sans').map((r) => r.text)).toEqual(['a ', 'שלום עולם', ' 42']);
    expect(fonts.runs('', 'sans')).toEqual([]);
  });
});

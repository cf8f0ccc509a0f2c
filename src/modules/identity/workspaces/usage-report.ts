import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { METERS, type OrganizationTree, type TreeNode } from './organization-tree.js';
import { type ReportFont, ReportFonts } from './report-fonts.js';

export interface UsageReport {
  readonly workspaceName: string;
  readonly workspaceId: string;
  readonly at: Date;
  readonly tree: OrganizationTree;
}

const MARGIN = 48;
const INDENT = 12;
const ROW = 16;
const TEXT_SIZE = 9;
const METER_WIDTH = 88;
const TITLES = { locations: 'Locations', users: 'Users', sso: 'SSO' };
const GREY = '#666666';
const RULE = '#cccccc';

/** Usage and limits of a workspace's organizations as a PDF: a table, children indented under their parents. */
export async function renderUsageReport(report: UsageReport): Promise<Buffer> {
  const page = new ReportPage(report.at);
  page.heading(report);
  const rows = report.tree.subtree(null);
  if (!rows.length) page.note('This workspace has no organizations.');
  const depths = new Map<string | null, number>([[null, -1]]);
  for (const node of rows) {
    const depth = depths.get(node.parentId)! + 1;
    depths.set(node.id, depth);
    if (page.row(node, depth, report.tree)) await setImmediate(); // a page is done: let others have the processor
  }
  page.note('Each figure counts the organization with everything below it, against the tightest limit on it.');
  return page.finish();
}

class ReportPage {
  private readonly fonts = new ReportFonts();
  private readonly pdf: PDFKit.PDFDocument;
  private readonly chunks: Buffer[] = [];
  private y = MARGIN;

  constructor(at: Date) {
    this.pdf = new PDFDocument({
      // No font to begin with: one that is known under another name already would be parsed anew at each use.
      ...{ size: 'A4', margin: MARGIN, bufferPages: true, font: '', lang: 'en' },
      info: { Title: 'Usage and limits', Creator: 'rosfleet', CreationDate: at },
    });
    this.pdf.on('data', (chunk: Buffer) => this.chunks.push(chunk));
  }

  heading({ workspaceName, workspaceId, at }: UsageReport): void {
    this.write('Usage and limits', MARGIN, { size: 18, font: 'bold' });
    this.y += 28;
    this.write(workspaceName, MARGIN, { size: 12, width: this.right - MARGIN });
    this.y += 18;
    this.write(`${workspaceId}, ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`, MARGIN, { colour: GREY });
    this.y += 26;
    this.columns();
  }

  /** Answers whether it began a new page. */
  row(node: TreeNode, depth: number, tree: OrganizationTree): boolean {
    const turned = this.y + ROW > this.bottom;
    if (turned) {
      this.pdf.addPage();
      this.y = MARGIN;
      this.columns();
    }
    const x = MARGIN + depth * INDENT;
    this.write(node.name, x, { width: this.meterX(0) - x - 8 });
    METERS.forEach((meter, i) => {
      const { used, bound } = tree.capacity(node.id, meter);
      this.write(`${used} / ${bound ? bound.total : 'no limit'}`, this.meterX(i), {
        font: bound && used >= bound.total && used > 0 ? 'bold' : 'sans',
      });
    });
    this.y += ROW;
    this.rule();
    return turned;
  }

  note(text: string): void {
    this.y += 8;
    if (this.y + ROW > this.bottom) {
      this.pdf.addPage();
      this.y = MARGIN;
    }
    this.write(text, MARGIN, { colour: GREY, width: this.right - MARGIN });
    this.y += ROW;
  }

  async finish(): Promise<Buffer> {
    const { start, count } = this.pdf.bufferedPageRange();
    for (let i = 0; i < count; i++) {
      this.pdf.switchToPage(start + i);
      this.y = this.bottom + 12;
      this.write(`Page ${i + 1} of ${count}`, MARGIN, { colour: GREY });
    }
    const ended = once(this.pdf, 'end');
    this.pdf.end();
    await ended;
    return Buffer.concat(this.chunks);
  }

  private columns(): void {
    this.write('Organization', MARGIN, { font: 'bold' });
    METERS.forEach((meter, i) => this.write(TITLES[meter], this.meterX(i), { font: 'bold' }));
    this.y += ROW;
    this.rule();
  }

  private rule(): void {
    this.pdf
      .moveTo(MARGIN, this.y - 4)
      .lineTo(this.right, this.y - 4)
      .lineWidth(0.5)
      .stroke(RULE);
  }

  /** One line at the current height; a text wider than `width` is set smaller, so that none of it is lost. */
  private write(text: string, x: number, style: { size?: number; font?: ReportFont; colour?: string; width?: number } = {}): void {
    const { size = TEXT_SIZE, font = 'sans', colour = 'black', width = Infinity } = style;
    const runs = this.fonts.runs(text, font);
    const measure = (at: number): number[] => runs.map((r) => this.use(r.font, at).widthOfString(r.text, { features: [] }));
    const natural = measure(size).reduce((a, b) => a + b, 0);
    const fitting = size * Math.min(1, width / natural);
    const widths = measure(fitting);
    this.pdf.fillColor(colour);
    runs.forEach((run, i) => {
      const before = widths.slice(0, i).reduce((a, b) => a + b, 0);
      // Naming the features, even none, lays a run out as a whole; word by word, words from the right would stand from the left.
      this.use(run.font, fitting).text(run.text, x + before, this.y, { lineBreak: false, features: [], baseline: -size });
    });
  }

  private use(font: ReportFont, size: number): PDFKit.PDFDocument {
    if (!this.registered.has(font)) this.pdf.registerFont(font, this.fonts[font]);
    this.registered.add(font);
    return this.pdf.font(font, size);
  }
  private readonly registered = new Set<ReportFont>();

  private get right(): number {
    return this.pdf.page.width - MARGIN;
  }
  private get bottom(): number {
    return this.pdf.page.height - MARGIN - 16;
  }
  private meterX(index: number): number {
    return this.right - (METERS.length - index) * METER_WIDTH;
  }
}

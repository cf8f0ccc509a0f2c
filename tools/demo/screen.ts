/** Cells an emoji or accent takes do not matter here: the names of the demo are plain letters. */
const fit = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width));

/** Rows as aligned text. Pure. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], most = 26): string[] {
  const widths = head.map((title, i) => Math.min(most, Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => fit(cell, widths[i]!))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)];
}

/** Where the demo writes: on a terminal the table below the text is refreshed in place, elsewhere there are only lines. */
export class Screen {
  private shown = 0;
  private last = '';

  constructor(private readonly out: NodeJS.WriteStream) {}

  get isLive(): boolean {
    return this.out.isTTY === true;
  }

  /** A line that stays. */
  say(line: string): void {
    this.wipe();
    this.out.write(`${line}\n`);
  }

  /** What stands at the bottom now; on anything but a terminal, nothing. */
  show(lines: readonly string[]): void {
    if (!this.isLive) return;
    const rows = this.out.rows || 24; // some pseudo-terminals say 0
    const columns = this.out.columns || 80;
    const room = rows - 2;
    const cut = lines.length > room ? [...lines.slice(0, room - 1), `… and ${lines.length - room + 1} more`] : lines;
    const text = cut.map((line) => line.slice(0, columns - 1)).join('\n');
    if (text === this.last && this.shown) return;
    this.wipe();
    this.out.write(`${text}\n`);
    this.shown = cut.length;
    this.last = text;
  }

  private wipe(): void {
    if (this.shown) this.out.write(`\u001b[${this.shown}A\u001b[0J`); // up, and clear to the end
    this.shown = 0;
  }
}

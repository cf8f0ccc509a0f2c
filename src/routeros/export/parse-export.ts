import type { ExportCommand, ExportComment, ExportHeader, OpaqueLine, RouterExport } from './export.js';
import { eachLine } from './lines.js';
import { CommandReader } from './parse-command.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const OLD_DATE = /^([a-z]{3})\/(\d{2})\/(\d{4})(?: (\d{2}:\d{2}:\d{2}))? by RouterOS (\S+)/i;
const ISO_DATE = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2}))? by RouterOS (\S+)/;
const FACT = /^(software id|system id|model|serial number) = ?(.*)$/;

/** What a comment line says about the router; null for any other comment. Empty facts (a CHR has no serial number) are none. */
export function headerFact(text: string): Partial<ExportHeader> | null {
  const iso = ISO_DATE.exec(text);
  if (iso !== null) return { date: isoOf(iso[1]!, iso[2]), version: iso[3]! };
  const old = OLD_DATE.exec(text);
  if (old !== null) {
    const month = MONTHS.indexOf(old[1]!.toLowerCase()) + 1;
    const date = month === 0 ? null : isoOf(`${old[3]}-${String(month).padStart(2, '0')}-${old[2]}`, old[4]);
    return { date, version: old[5]! };
  }
  const fact = FACT.exec(text);
  if (fact === null) return null;
  const value = fact[2]!.trim() || null;
  return fact[1] === 'model' ? { model: value } : fact[1] === 'serial number' ? { serial: value } : { softwareId: value };
}

const isoOf = (date: string, time: string | undefined): string => (time === undefined ? date : `${date}T${time}`);

const FAILED = /^error exporting "?([^"]*[^"\s])"?(?: \(.*\))?$/;

/** The menu of a line such as `#error exporting "/ip/socks" (timeout)`; null for any other comment. */
export function failedMenu(text: string): string | null {
  const path = FAILED.exec(text)?.[1];
  return path === undefined
    ? null
    : `/${path
        .split(/[/\s]+/)
        .filter(Boolean)
        .join('/')}`;
}

/** Text of a comment line: without `#` and one blank. */
export const commentText = (line: string): string => (line.charCodeAt(1) === 32 ? line.slice(2) : line.slice(1));

/** Reads an export. Never throws: what is not understood is in `opaque`. */
export function parseExport(text: string): RouterExport {
  const header = { date: null, version: null, softwareId: null, model: null, serial: null } as ExportHeader;
  const commands: ExportCommand[] = [];
  const comments: ExportComment[] = [];
  const opaque: OpaqueLine[] = [];
  const failedMenus: string[] = [];
  let complete = true;
  const reader = new CommandReader();
  let menu = '';
  let inHeader = true;
  eachLine(text, (line, first, last) => {
    const code = line.charCodeAt(0);
    if (line === '') return;
    if (code === 35 /* # */) {
      const words = commentText(line);
      const fact = inHeader ? headerFact(words) : null;
      if (fact !== null) return void Object.assign(header, fact);
      if (words === '') return;
      comments.push({ text: words, line: first + 1 });
      const failed = failedMenu(words);
      if (failed !== null) failedMenus.push(failed);
      else if (words === 'interrupted') complete = false;
      return;
    }
    inHeader = false;
    const command = reader.read(line, menu, first, last);
    if (command === null) opaque.push({ menu, text: line, line: first + 1 });
    else if (typeof command === 'string') menu = command;
    else commands.push(command);
  });
  return { header, commands, comments, opaque, failedMenus, complete };
}

import { canonicalCommand } from './canonical.js';
import { eachLine } from './lines.js';
import { menuPath, type CommandReader } from './parse-command.js';
import { commentText, headerFact } from './parse-export.js';

/** A logical line as a diff sees it. */
export interface Unit {
  /** What makes two units equal without reading them; empty for what never counts (comments, blank lines, the date). */
  readonly key: string;
  /** The menu a command belongs to; of a menu line its own. */
  readonly menu: string;
  readonly text: string;
  readonly isMenu: boolean;
  /** Lines of the file, from 0. */
  readonly first: number;
  readonly last: number;
}

/** The logical lines of an export, each with what it means for a diff. Commands are not read here. */
export function unitsOf(text: string): Unit[] {
  const units: Unit[] = [];
  let menu = '';
  let inHeader = true;
  eachLine(text, (text, first, last) => {
    const code = text.charCodeAt(0);
    if (text === '' || code === 35 /* # */) {
      units.push({ key: inHeader ? factKey(text) : '', menu: '', text, isMenu: false, first, last });
      return;
    }
    inHeader = false;
    const path = code === 47 /* / */ ? menuPath(text) : null;
    const isMenu = path !== null && path.end === text.length;
    if (isMenu) menu = path.menu;
    const of = path?.menu ?? menu;
    // A command is the same below the line of its menu and behind the menu's path.
    const key = isMenu ? of : `${of} ${path === null ? text : text.slice(path.end)}`;
    units.push({ key, menu: of, text, isMenu, first, last });
  });
  return units;
}

/** A header line without its date. */
function factKey(line: string): string {
  const fact = headerFact(commentText(line));
  if (fact === null) return '';
  const { date: _, ...rest } = fact;
  return Object.values(rest).every((value) => value === null) ? '' : `# ${JSON.stringify(rest)}`;
}

/** The one spelling of a unit that all its spellings share (`canonicalCommand`); empty for what is no configuration. */
export function canonicalUnit({ key, menu, text, isMenu }: Unit, reader: CommandReader): string {
  if (key === '' || isMenu || key.startsWith('#')) return key;
  const command = reader.read(text, menu);
  if (command === null || typeof command === 'string') return `${menu} ? ${text}`;
  const canonical = canonicalCommand(command);
  return canonical === null ? '' : `${command.menu} ${canonical}`;
}

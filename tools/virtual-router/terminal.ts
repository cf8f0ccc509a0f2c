/**
 * Parts pasted text into what the terminal takes as one input: a line, or several when a bracket or quote is still
 * open or the line ends in a backslash.
 */
export function splitPaste(text: string): string[] {
  const out: string[] = [];
  let current = '';
  let depth = 0;
  let quoted = false;
  let comment = false;
  let start = true;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (comment) {
      if (c !== '\n') {
        current += c;
        continue;
      }
      comment = false;
    }
    if (c === '\\') {
      current += c + (text[i + 1] ?? '');
      if (text[i + 1] === '\r' && text[i + 2] === '\n') {
        current += '\n';
        i++;
      }
      i++;
      continue;
    }
    if (quoted) {
      if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '{' || c === '(' || c === '[') depth++;
    else if (c === '}' || c === ')' || c === ']') depth--;
    else if (c === '#' && start) comment = true;
    else if (c === '\n' && depth <= 0) {
      if (current.trim() !== '') out.push(current);
      current = '';
      depth = 0;
      start = true;
      continue;
    }
    start = c === '\n' || c === ';' || c === '{' || (start && /\s/.test(c));
    current += c;
  }
  if (current.trim() !== '') out.push(current);
  return out;
}

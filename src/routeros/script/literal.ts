/** Names of RouterOS for control characters; every other one is written as `\xx`, upper-case hex (manual: Scripting, constant escape sequences). */
const NAMED: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', $: '\\$', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const SPECIAL = /["\\$\u0000-\u001f\u007f]/g;

const SPECIAL_IN_TERMINAL = /["\\$?\u0000-\u001f\u007f]/g;

/** Long texts are mostly scripts in scripts that go to many routers: the last few are remembered. */
const LONG = 4096;
const REMEMBERED = 20;
const remembered = new Map<string, string>();

/**
 * Half a surrogate pair is no character and has no UTF-8 form; it becomes U+FFFD here, as every encoder would make it on the way out.
 */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}

/**
 * The quoted literal whose value on the router is exactly this text. Characters from U+0080 up stand as they are: scripts travel as
 * UTF-8 and RouterOS keeps the bytes of a string untouched.
 */
export function quote(text: string, options: { terminal?: boolean } = {}): string {
  return `"${escapeText(text, options)}"`;
}

/** The inside of `quote`, for literals that also hold `$variables`. */
export function escapeText(text: string, options: { terminal?: boolean } = {}): string {
  if (text.length < LONG || options.terminal) return escaped(text, options.terminal ? SPECIAL_IN_TERMINAL : SPECIAL);
  const known = remembered.get(text) ?? escaped(text, SPECIAL);
  remembered.delete(text);
  remembered.set(text, known);
  if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value!);
  return known;
}

const escaped = (text: string, special: RegExp): string => wellFormed(text).replace(special, (c) => NAMED[c] ?? hex(c));

function hex(character: string): string {
  return `\\${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

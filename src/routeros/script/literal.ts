/** Names of RouterOS for control characters; every other one is written as `\xx`, upper-case hex (manual: Scripting, constant escape sequences). */
const NAMED: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', $: '\\$', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const SPECIAL = /["\\$\u0000-\u001f\u007f]/g;

const SPECIAL_IN_TERMINAL = /["\\$?\u0000-\u001f\u007f]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Half a surrogate pair is no character and has no UTF-8 form; it becomes U+FFFD here, as every encoder would make it on the way out.
 */
export function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, '\ufffd');
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
  return wellFormed(text).replace(options.terminal ? SPECIAL_IN_TERMINAL : SPECIAL, (c) => NAMED[c] ?? hex(c));
}

function hex(character: string): string {
  return `\\${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

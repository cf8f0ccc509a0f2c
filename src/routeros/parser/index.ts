export * from './ast.js';
export { locate, ScriptSyntaxError } from './syntax-error.js';
export { isIp4, isIp6, parseTime, typeOfWord } from './literal.js';
export { parseScript } from './parse-script.js';
export { resolveCommands, type ResolveOptions } from './resolve-commands.js';
export { ScriptCache } from './script-cache.js';

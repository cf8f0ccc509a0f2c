import { CommandSchema, resolveVersion } from '../schema/index.js';
import type { Script } from './ast.js';
import { parseScript } from './parse-script.js';
import { resolveCommands, type ResolveOptions } from './resolve-commands.js';
import { ScriptSyntaxError } from './syntax-error.js';

/**
 * Parsed and resolved scripts, the least recently used thrown out first. A fleet runs the same few texts over and
 * over; failures are kept too. Keyed by the command tree, so routers of neighbouring versions share entries.
 */
export class ScriptCache {
  private readonly entries = new Map<string, Script | ScriptSyntaxError>();

  constructor(private readonly capacity = 2000) {}

  /** @param variant distinguishes option sets for the same text; options with a menu or declared names need one of their own. */
  get(text: string, routerVersion: string, variant = '', options: ResolveOptions = {}): Script {
    const key = `${resolveVersion(routerVersion)} ${variant}\0${text}`;
    let entry = this.entries.get(key);
    if (entry) this.entries.delete(key);
    else {
      try {
        entry = resolveCommands(parseScript(text), CommandSchema.for(routerVersion), options);
      } catch (error) {
        if (!(error instanceof ScriptSyntaxError)) throw error;
        entry = error;
      }
      if (this.entries.size >= this.capacity) this.entries.delete(this.entries.keys().next().value!);
    }
    this.entries.set(key, entry);
    if (entry instanceof ScriptSyntaxError) throw entry;
    return entry;
  }
}

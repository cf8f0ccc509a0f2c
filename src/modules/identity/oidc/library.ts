/**
 * The provider's library, without its word at import that it supports Node.js from 22 on: this project runs on 20.19
 * too, and its tests run the library there (see docs/dependencies.md). Every other warning of it is shown.
 */
const { warn } = console;
console.warn = (...words: unknown[]): void => {
  if (!String(words[0]).includes('Unsupported runtime')) warn(...words);
};
const library = await import('oidc-provider');
console.warn = warn;

export const { default: Provider, errors, interactionPolicy } = library;

export * from './ids.js';
export { type Actor, RequestContext, TeamRequired, type Transaction } from './request-context.js';

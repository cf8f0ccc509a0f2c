export * from './common-errors.js';
export { DomainError, type ErrorClass, type ErrorType } from './domain-error.js';
export { errorBody, isConnectionLoss, toDomainError } from './error-answer.js';
export { ErrorFilter, type ErrorPage, type ErrorScript } from './error.filter.js';

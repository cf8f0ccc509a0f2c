export { createHttpApp } from './create-http-app.js';
export { catalogueErrors, errorClasses, errorsPage } from './error-catalogue.js';
export { HealthChecks } from './health.js';
export { buildOpenApi } from './openapi.js';
export { PAGE_MAX, PageQuery, type Slice, sliceOf } from './paging.js';
export { Takes } from './route-options.js';
export { IdParam } from './validation.js';

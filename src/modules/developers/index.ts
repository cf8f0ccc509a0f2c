/** The face of the developer API. */
export { DevelopersModule } from './developers.module.js';

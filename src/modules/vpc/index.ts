/** The face of security groups and prefix lists. */
export { VpcModule } from './vpc.module.js';

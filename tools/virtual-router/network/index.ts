export { Reachability, type Answer, type Host, type Surroundings } from './reachability.js';

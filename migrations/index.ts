import { Initial1795300000000 } from './1795300000000-initial.js';
import { Identity1795330000000 } from './1795330000000-identity.js';
import { Teams1795340000000 } from './1795340000000-teams.js';

/** Every migration in order. Forward only; never edited once landed. */
export const migrations = [Initial1795300000000, Identity1795330000000, Teams1795340000000];

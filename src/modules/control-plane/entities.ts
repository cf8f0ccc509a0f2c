/** Loads every entity of this domain, so that the data source knows them. A test finds files missing here. */
import './transient/opening.entity.js';
import './tunnel/freed-address.entity.js';
import './tunnel/site-tunnel.entity.js';
import './tunnel/tunnel-authority.entity.js';
import './tunnel/tunnel-pool.entity.js';

/** Loads every entity of this domain, so that the data source knows them. A test finds files missing here. */
import './actions/site-note.entity.js';
import './credentials/router-credential.entity.js';
import './policies/policy.entity.js';
import './policies/site-policy.entity.js';
import './tunnel/freed-address.entity.js';
import './tunnel/site-tunnel.entity.js';
import './tunnel/tunnel-authority.entity.js';
import './tunnel/tunnel-pool.entity.js';

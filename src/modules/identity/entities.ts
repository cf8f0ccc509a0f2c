/** Loads every entity of this domain, so that the data source knows them. A test finds files missing here. */
import './credentials/api-credential.entity.js';
import './teams/membership.entity.js';
import './organization.entity.js';
import './teams/role.entity.js';
import './access/signing-key.entity.js';
import './teams/team.entity.js';
import './accounts/user.entity.js';

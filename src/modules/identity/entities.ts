/** Loads every entity of this domain, so that the data source knows them. A test finds files missing here. */
import './api-credential.entity.js';
import './membership.entity.js';
import './organization.entity.js';
import './role.entity.js';
import './signing-key.entity.js';
import './team.entity.js';
import './user.entity.js';
import './workspaces/organization-picture.entity.js';
import './workspaces/workspace-member.entity.js';
import './workspaces/workspace.entity.js';

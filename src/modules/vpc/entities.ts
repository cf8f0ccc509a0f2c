/** Loads every entity of this domain, so that the data source knows them. A test finds files missing here. */
import './prefix-list.entity.js';
import './prefix-list-site.entity.js';
import './security-group.entity.js';
import './security-group-list.entity.js';
import './security-group-site.entity.js';

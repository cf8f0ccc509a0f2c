/** Loads every entity of this domain, so that the data source knows them. A test finds files missing here. */
import './fault.entity.js';

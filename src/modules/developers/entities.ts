/** Loads every entity of this domain, so that the data source knows them. A test finds files missing here. */
import './asynchronous-request.entity.js';
import './idempotent-request.entity.js';

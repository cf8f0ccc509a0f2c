import './backup.entity.js';
import './backup-part.entity.js';
import './backup-round.entity.js';
import './backup-ticket.entity.js';
import './sftp/sftp-host-key.entity.js';

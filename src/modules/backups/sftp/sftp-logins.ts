import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../../platform/context/index.js';
import { SftpLoginRefused } from '../errors.js';
import { fileNameOf } from '../file-name.js';
import { Tickets } from '../tickets.js';

/** The answer that a gateway with a custom identity provider expects (AWS Transfer Family, «Working with custom identity providers»). */
export interface SftpRights {
  readonly Role: string;
  readonly HomeDirectory: string;
  readonly Policy: string;
}

const STORE = 'rosfleet-backups';
const system = RequestContext.system('sftp-gateway');

/** Logins at a gateway that is not ours. */
@Injectable()
export class SftpLogins {
  constructor(private readonly tickets: Tickets) {}

  /** Uses the password up. The rights are to write the one file of its backup. @throws SftpLoginRefused */
  async rights(user: string, password: string): Promise<SftpRights> {
    const ticket = await this.tickets.logIn(system, user, password);
    if (!ticket) throw new SftpLoginRefused();
    const home = `/${STORE}/${ticket.siteId}`;
    const statement = {
      Effect: 'Allow',
      Action: ['s3:PutObject'],
      Resource: [`arn:aws:s3:::${STORE}/${ticket.siteId}/${fileNameOf(ticket.takenAt)}`],
    };
    return {
      Role: 'arn:aws:iam::000000000000:role/rosfleet-backup-upload',
      HomeDirectory: home,
      Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    };
  }
}

import type { RequestContext } from '../../../platform/context/index.js';
import type { Database } from '../../../platform/database/index.js';
import { storedAddress } from './stored-address.js';
import { User } from './user.entity.js';

/** The account that an address belongs to, however it was typed. */
export const userByAddress = (db: Database, ctx: RequestContext, address: string): Promise<User | null> =>
  db
    .manager(ctx)
    .createQueryBuilder(User, 'u')
    .andWhere('u.email = :email', { email: storedAddress(address) })
    .getOne();

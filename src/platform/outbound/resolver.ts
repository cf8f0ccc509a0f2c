import { Injectable } from '@nestjs/common';
import { lookup } from 'node:dns/promises';

/** Addresses of host names, as this machine knows them. Of its own so that tests can tell tales. */
@Injectable()
export class Resolver {
  /** All addresses of a name, in the resolver's order. @throws Error when there are none, or the resolver does not answer */
  async resolve(host: string): Promise<string[]> {
    return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
  }
}

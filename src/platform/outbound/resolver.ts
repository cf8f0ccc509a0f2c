import { Injectable } from '@nestjs/common';
import { lookup, Resolver as DnsResolver } from 'node:dns/promises';

/** Of a name whose servers do not answer. Milliseconds, twice. */
const TIMEOUT_MS = 2000;

/** Addresses of host names. Of its own so that tests can tell tales. */
@Injectable()
export class Resolver {
  private readonly dns = new DnsResolver({ timeout: TIMEOUT_MS, tries: 2 });

  /**
   * All addresses of a name. What strangers name is asked of the DNS alone, without the machine's own look-up: that one takes a
   * thread of the few that hash passwords too, for as long as a slow server likes.
   * @param isListed by the operator: then as this machine knows it, `/etc/hosts` and all
   * @throws Error when there are none, or nobody answers
   */
  async resolve(host: string, isListed: boolean): Promise<string[]> {
    if (isListed) return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
    const answers = await Promise.allSettled([this.dns.resolve4(host), this.dns.resolve6(host)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const [first] = answers;
    if (!addresses.length && first.status === 'rejected') throw first.reason;
    return addresses;
  }
}

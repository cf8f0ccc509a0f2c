import { Injectable } from '@nestjs/common';
import { request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { Settings } from '../../config/index.js';
import { Database } from '../database/index.js';
import { AddressPolicy } from './address-policy.js';
import { Resolver } from './resolver.js';

/** For everything: name resolution, connection, TLS, and the head of the answer. */
const LIMIT_MS = 10_000;
const LONGEST_URL = 2048;
/** What the head of an answer may have, in bytes. */
const HEAD_BYTES = 16_384;
const USER_AGENT = 'rosfleet-webhooks/1 (+https://www.standardwebhooks.com)';

/** The receiver may not be called, now or later. The message is for whoever named it. */
export class OutboundRefused extends Error {
  override readonly name = 'OutboundRefused';
}

/** The receiver could not be called this time. */
export class OutboundFailed extends Error {
  override readonly name = 'OutboundFailed';
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Calls to addresses that users name. The name is resolved here, once; every address that comes out is checked, and the
 * connection goes to those very addresses, so that a name that changes between check and call (DNS rebinding) leads nowhere.
 * Redirects are not followed: a receiver that moved is given its new address by whoever named it. Of an answer only the head
 * is read.
 */
@Injectable()
export class OutboundHttp {
  private readonly policy: AddressPolicy;

  constructor(
    private readonly resolver: Resolver,
    private readonly settings: Settings,
    private readonly db: Database,
  ) {
    this.policy = new AddressPolicy(settings.WEBHOOK_ALLOW);
  }

  /**
   * What is wrong with a URL as far as can be told without asking a resolver, as the end of a sentence that begins with its
   * field; undefined when nothing is.
   */
  problem(text: string): string | undefined {
    if (text.length > LONGEST_URL) return `has more than ${LONGEST_URL} characters`;
    if (!/^https?:\/\/[^\s]+$/i.test(text) || !URL.canParse(text)) return 'is no URL such as https://hooks.example.net/rosfleet';
    const url = new URL(text);
    if (url.username || url.password) return 'holds a user name or password; what is sent is signed instead';
    if (url.hash) return 'has a fragment, which is never sent; leave out what follows #';
    if (url.protocol === 'http:' && !this.settings.WEBHOOK_HTTP) return 'must begin with https://';
    const host = hostOf(url);
    if (!isIP(host))
      return isInternetName(host) || this.policy.allowsName(host) ? undefined : `names ${host}, which is no name on the internet`;
    const address = this.policy.problem(host);
    return address && `leads to ${host}, which is ${address}`;
  }

  /**
   * Sends a POST and answers the status.
   * @throws OutboundRefused when the receiver may not be called; OutboundFailed when it does not answer within ten seconds, or
   * not in HTTP
   */
  async post(text: string, body: string, headers: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<number> {
    const problem = this.problem(text);
    if (problem) throw new OutboundRefused(`The URL ${problem}.`);
    const url = new URL(text);
    const limit = AbortSignal.timeout(LIMIT_MS);
    const ends = signal ? AbortSignal.any([signal, limit]) : limit;
    try {
      const addresses = await orAborted(this.addressesOf(url), ends);
      return await send(url, addresses, body, headers, ends);
    } catch (error) {
      if (error instanceof OutboundRefused || signal?.aborted) throw error;
      throw new OutboundFailed(limit.aborted ? `${url.host} did not answer within ${LIMIT_MS / 1000} s.` : reasonOf(error), {
        cause: error,
      });
    }
  }

  /** The addresses that the connection may go to. */
  private async addressesOf(url: URL): Promise<string[]> {
    const host = hostOf(url);
    const addresses = isIP(host) ? [host] : await this.resolver.resolve(host, this.policy.allowsName(host));
    if (!addresses.length) throw new OutboundFailed(`${host} has no address.`);
    for (const address of addresses) {
      const problem = this.policy.allowsName(host) ? undefined : this.policy.problem(address);
      // one that is not public is enough: whoever controls the name would choose by chance otherwise
      if (problem) throw new OutboundRefused(`${host} leads to ${address}, which is ${problem}. The operator of this server can allow it.`);
    }
    await this.refuseOwn(url, addresses);
    return addresses;
  }

  /** Our own stores are nobody's receiver, wherever they are and whatever the operator allowed. */
  private async refuseOwn(url: URL, addresses: readonly string[]): Promise<void> {
    const port = portOf(url);
    for (const store of this.stores()) {
      if (store.port !== port) continue;
      const own = isIP(store.host) ? [store.host] : await this.resolver.resolve(store.host, true).catch(() => []);
      if (addresses.some((address) => own.includes(address))) throw new OutboundRefused(`${url.host} is a service of this server itself.`);
    }
  }

  private stores(): Endpoint[] {
    const { url } = this.db.dataSource.options as PostgresDataSourceOptions;
    const urls = [url, this.settings.REDIS_URL].filter((one): one is string => one !== undefined && URL.canParse(one));
    return urls.map((one) => new URL(one)).map((one) => ({ host: hostOf(one), port: portOf(one) }));
  }
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'https:': 443,
  'http:': 80,
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
  'rediss:': 6379,
};
const portOf = ({ port, protocol }: URL): number => (port === '' ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port));

/** Without the brackets of an IPv6 address. The URL parser has made 127.0.0.1 of every number that means it. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** What ends in a name of one part, or in `localhost`, is known on a machine or in a house only (RFC 6761). */
const isInternetName = (host: string): boolean => /[^.]\.[^.]/.test(host) && !/(^|\.)localhost\.?$/i.test(host);

/** Answers the addresses that were checked, whatever name it is asked for. */
const pinned = (addresses: readonly string[]): LookupFunction => {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, done) => {
    if (options.all) done(null, all);
    else done(null, all[0]!.address, all[0]!.family);
  };
};

function send(
  url: URL,
  addresses: readonly string[],
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<number> {
  const options: RequestOptions = {
    ...{ method: 'POST', lookup: pinned(addresses), agent: false, maxHeaderSize: HEAD_BYTES, signal },
    headers: { 'user-agent': USER_AGENT, ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
  };
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (response) => {
      resolve(response.statusCode!);
      response.on('error', () => undefined); // nobody reads on
      response.destroy();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Several addresses that failed are told as one error with many inside. */
function reasonOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return first instanceof Error ? first.message : String(first);
}

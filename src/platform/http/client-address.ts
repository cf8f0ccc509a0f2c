import proxyAddress from '@fastify/proxy-addr';
import type { IncomingMessage } from 'node:http';
import { Settings } from '../../config/index.js';

/** Who sent a request that Fastify has not seen: the same answer as its `request.ip`, by the same library. */
export function clientAddress({ TRUST_PROXY }: Settings): (request: IncomingMessage) => string {
  if (TRUST_PROXY) return (request) => proxyAddress(request, () => true);
  return (request) => request.socket.remoteAddress ?? '';
}

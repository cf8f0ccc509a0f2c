import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Serves the plain case of one hot route straight on node:http.
 * @param handOn gives the request to the ordinary path; whatever was read of its body was put back with `unshift`
 * @returns whether it took the request; it must not have touched one that it did not take
 */
export type FrontLane = (request: IncomingMessage, response: ServerResponse, handOn: () => void) => boolean;

/**
 * Lets `lane` look at each request before Fastify does. What it does not take, or hands on, is served by Fastify with all
 * its hooks, guards and errors; from the moment Fastify closes that is everything, so that stopping stays Fastify's work.
 */
export function serveInFront(fastify: FastifyInstance, lane: FrontLane): void {
  const { server } = fastify;
  const ordinary = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  let isClosing = false;
  fastify.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const handOn = (): void => {
      for (const listener of ordinary) listener(request, response);
    };
    if (isClosing || !lane(request, response, handOn)) handOn();
  });
}

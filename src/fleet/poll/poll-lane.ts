import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Settings } from '../../config/index.js';
import { bearerOf } from '../../platform/access/index.js';
import { RequestContext } from '../../platform/context/index.js';
import { clientAddress, nextRequestId, serveInFront } from '../../platform/http/index.js';
import { type DeviceIdentity, DeviceTokens } from './device-tokens.js';
import { HEARTBEAT_LIMIT, HEARTBEAT_TYPE, SCRIPT_TYPE } from './heartbeat-media.js';
import { Overload } from './overload.js';
import { PollService } from './poll.service.js';

/**
 * The plain heartbeat, served on node:http in front of Fastify and Nest: `POST /poll` with a good token, plain text and a
 * length. Everything else, and whatever the use case refuses, is handed on whole to the ordinary route (PollController),
 * which alone knows how to refuse; so there is one set of errors, and this file has only the case that goes well.
 */
@Injectable()
export class PollLane implements OnModuleInit {
  private readonly addressOf: (request: IncomingMessage) => string;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly tokens: DeviceTokens,
    private readonly overload: Overload,
    private readonly polls: PollService,
    settings: Settings,
  ) {
    this.addressOf = clientAddress(settings);
  }

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    serveInFront(fastify, (request, response, handOn) => this.take(request, response, handOn));
  }

  private take(request: IncomingMessage, response: ServerResponse, handOn: () => void): boolean {
    if (request.url !== '/poll' || request.method !== 'POST' || this.overload.isBehind) return false;
    if (request.headers['content-type'] !== HEARTBEAT_TYPE) return false;
    const length = Number(request.headers['content-length']); // NaN for a body in chunks: no comparison holds
    if (!(length > 0 && length <= HEARTBEAT_LIMIT)) return false;
    const token = bearerOf(request);
    const device = token === undefined ? undefined : this.tokens.identify(token);
    if (!device) return false;
    readWhole(request, length, (body) => this.answer(request, response, device, body, handOn));
    return true;
  }

  private answer(request: IncomingMessage, response: ServerResponse, device: DeviceIdentity, body: Buffer, handOn: () => void): void {
    const context = (): RequestContext => RequestContext.device(device.siteId, device.teamId, nextRequestId());
    let script: string | Promise<string>;
    try {
      script = this.polls.receive(context, device, this.addressOf(request), body.toString('utf8'));
    } catch {
      return giveBack(request, body, handOn);
    }
    if (typeof script === 'string') send(response, script);
    else void script.then((text) => send(response, text));
  }
}

/**
 * Calls `done` with the body as soon as all its bytes are there; never, when the connection ends before. It takes what node:http pushes
 * before the stream sees it: what a stream does for its readers costs a heartbeat as much as its answer does.
 */
function readWhole(request: IncomingMessage, length: number, done: (body: Buffer) => void): void {
  let read: Buffer | undefined;
  request.push = (chunk: Buffer | null): boolean => {
    if (chunk === null) return false;
    read = read ? Buffer.concat([read, chunk]) : chunk;
    if (read.length < length) return true;
    // What node:http notes of a request whose body it drops: else it would read the empty stream to its end after the answer.
    (request as { _dumped?: boolean })._dumped = true;
    done(read);
    return true;
  };
}

/** Gives the body back to a request that `readWhole` read, for whoever takes it in our stead. */
function giveBack(request: IncomingMessage, body: Buffer, handOn: () => void): void {
  delete (request as Partial<IncomingMessage>).push; // the stream's own again
  (request as { _dumped?: boolean })._dumped = false;
  handOn();
  request.push(body);
}

function send(response: ServerResponse, script: string): void {
  response.writeHead(200, { 'content-type': SCRIPT_TYPE, 'content-length': Buffer.byteLength(script) });
  response.end(script);
}

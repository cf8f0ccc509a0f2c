import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { HeartbeatBuffer } from '../../src/fleet/poll/heartbeat-buffer.js';
import { PollController } from '../../src/fleet/poll/poll.controller.js';
import { PulseFlush } from '../../src/fleet/poll/pulse-flush.js';
import { Fleet, type Team } from './support/fleet.js';

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

describe('a heartbeat on its way in front of Fastify', () => {
  let fleet: Fleet;
  let team: Team;
  let site: string;
  let bearer: string;
  /** Requests that the ordinary route served. */
  let ordinary = 0;

  beforeAll(async () => {
    fleet = await Fleet.start({ TRUST_PROXY: 'true' });
    team = await fleet.team();
    const { router, site: id } = await fleet.rested(team);
    site = id;
    const { headers } = router.requests.find((r) => r.url.endsWith('/poll'))!;
    bearer = new Headers(headers).get('authorization')!;
    await router.stop();
    const route = fleet.app.get<PollController, { polls: { receive(...given: unknown[]): unknown } }>(PollController);
    const { polls } = route;
    route.polls = { receive: (...given) => (ordinary++, polls.receive(...given)) };
  }, 60_000);
  afterAll(() => fleet.stop());

  /** Sends these bytes piece by piece on one connection and answers what comes back until it is closed. */
  async function send(pieces: string[], headers: Record<string, string>, path = '/poll'): Promise<Answer> {
    const { hostname, port } = new URL(fleet.url);
    const head = [`POST ${path} HTTP/1.1`, `host: ${hostname}`, ...Object.entries(headers).map(([k, v]) => `${k}: ${v}`)].join('\r\n');
    const socket = connect(Number(port), hostname).setEncoding('utf8').setNoDelay(true);
    let text = '';
    const whole = new Promise<void>((done) => {
      socket.on('data', (chunk: string) => {
        text += chunk;
        const [top, rest] = text.split('\r\n\r\n') as [string, string | undefined];
        if (rest !== undefined && Buffer.byteLength(rest) >= Number(/content-length: (\d+)/i.exec(top)?.[1])) done();
      });
      socket.on('close', () => done());
    });
    socket.write(`${head}\r\n\r\n`);
    for (const piece of pieces) {
      await new Promise((r) => setTimeout(r, 20));
      socket.write(piece);
    }
    await whole;
    socket.destroy();
    const [top, body] = text.split('\r\n\r\n') as [string, string];
    const [line, ...lines] = top.split('\r\n') as [string, ...string[]];
    const named = lines.map((l): [string, string] => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 2)]);
    return { status: Number(line.split(' ')[1]), headers: Object.fromEntries(named), body };
  }
  const plain = (body: string): Record<string, string> => ({
    ...{ authorization: bearer, 'content-type': 'text/plain', 'content-length': String(Buffer.byteLength(body)) },
  });
  const ordinarily = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
    const before = ordinary;
    return [await work(), ordinary - before];
  };

  it('is answered as on the ordinary way, header by header', async () => {
    const body = 'name=r;uptime=1h';
    const [lane, byRoute] = await ordinarily(() => send([body], plain(body)));
    const [usual, byLane] = await ordinarily(() => send([body], { ...plain(body), 'content-type': 'text/plain; charset=utf-8' }));
    expect([byRoute, byLane]).toEqual([0, 1]);
    delete usual.headers['vary']; // it concerns browsers of other origins, which have no device token
    expect({ ...lane, headers: { ...lane.headers, date: '' } }).toEqual({ ...usual, headers: { ...usual.headers, date: '' } });
    expect(lane).toMatchObject({ status: 200, body: '' });
  });

  it('may come in pieces, cut in the middle of a letter, and brings the job', async () => {
    await fleet.app.get(PulseFlush).flush();
    await team.owner.job(site, '/system note set note="by the lane"');
    const body = 'name=Zürich 🗼;uptime=1h';
    const socketPieces = [body.slice(0, 6), body.slice(6)];
    const [answer, byRoute] = await ordinarily(() => send(socketPieces, plain(body)));
    expect([answer.status, byRoute]).toEqual([200, 0]);
    expect(answer.body).toContain('by the lane');
    await fleet.app.get(PulseFlush).flush();
    const [row] = await fleet.sql<{ identity: string }>('SELECT identity FROM site WHERE id = $1', [site]);
    expect(row!.identity).toBe('Zürich 🗼');
  });

  it('is noted with the address that the ordinary way sees behind a proxy', async () => {
    const body = 'uptime=1h';
    const from = { 'x-forwarded-for': '203.0.113.7, 10.0.0.1' };
    const seen = (): Promise<{ last_seen_from: string }[]> => fleet.sql('SELECT last_seen_from FROM site_pulse WHERE site_id = $1', [site]);
    for (const type of ['text/plain', 'text/plain; charset=utf-8']) {
      await send([body], plain(body));
      await fleet.clock.advance(1000);
      await send([body], { ...plain(body), ...from, 'content-type': type });
      await fleet.app.get(PulseFlush).flush();
      expect(await seen()).toEqual([{ last_seen_from: '203.0.113.7' }]);
    }
  });

  it('that the use case refuses is refused by the ordinary way, with its body put back', async () => {
    const body = 'garbage without a key';
    const before = fleet.app.get(HeartbeatBuffer).size;
    for (const pieces of [[body], [body.slice(0, 3), body.slice(3)]]) {
      const [answer, byRoute] = await ordinarily(() => send(pieces, plain(body)));
      expect([answer.status, byRoute]).toEqual([400, 1]);
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'malformed_heartbeat', request_id: expect.any(String) });
    }
    expect(fleet.app.get(HeartbeatBuffer).size).toBe(before);
  });

  it('leaves its connection as it found it, whoever served it', async () => {
    const { hostname, port } = new URL(fleet.url);
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    const request = (body: string): string =>
      `POST /poll HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: ${bearer}\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const get = `GET /health/live HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`;
    const [good, bad] = [request('uptime=1h'), request('no heartbeat')];
    const ask = (text: string, answers: number): Promise<number[]> =>
      new Promise((done) => {
        let said = '';
        const add = (chunk: string): void => {
          said += chunk;
          const statuses = [...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => Number(match[1]));
          if (statuses.length < answers) return;
          socket.off('data', add);
          setTimeout(() => done(statuses), 50); // the rest of the last answer
        };
        socket.on('data', add).write(text);
      });
    for (const [text, status] of [
      [good, 200],
      [bad, 400],
      [good, 200],
      [get, 200],
      [good, 200],
    ] as const)
      expect(await ask(text, 1)).toEqual([status]);
    expect(await ask(good + bad + get + good, 4)).toEqual([200, 400, 200, 200]); // one packet, the next before the last was answered
    socket.destroy();
  });

  it.each<[string, number, Record<string, string>, string[]]>([
    ['in chunks', 200, { 'transfer-encoding': 'chunked' }, ['9\r\nuptime=1h\r\n0\r\n\r\n']],
    ['without a body', 200, { 'content-length': '0' }, []],
    ['too large', 413, { 'content-length': '65537' }, []],
    ['of another type', 415, { 'content-length': '9', 'content-type': 'application/json' }, ['uptime=1h']],
    ['without a token', 401, { 'content-length': '9', authorization: '' }, ['uptime=1h']],
  ])('that is unusual goes the ordinary way: %s', async (_what, status, headers, pieces) => {
    const answer = await send(pieces, { authorization: bearer, 'content-type': 'text/plain', ...headers });
    expect(answer.status).toBe(status);
  });
});

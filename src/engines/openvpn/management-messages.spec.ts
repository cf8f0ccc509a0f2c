import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ManagementMessage, ManagementParser, ManagementProtocolError } from './management-messages.js';

/** As an OpenVPN 2.6.14 server wrote it, shortened. */
const TRANSCRIPT = [
  ">INFO:OpenVPN Management Interface Version 5 -- type 'help' for more info",
  '>HOLD:Waiting for hold release:0',
  'SUCCESS: hold release succeeded',
  '>STATE:1795321570,CONNECTED,SUCCESS,100.64.0.1,,,,',
  '>CLIENT:CONNECT,0,1',
  '>CLIENT:ENV,n_clients=0',
  '>CLIENT:ENV,password=a=b,c ü',
  '>CLIENT:ENV,untrusted_ip=192.0.2.7',
  '>CLIENT:ENV,username=4dV2a',
  '>CLIENT:ENV,END',
  'SUCCESS: client-auth command succeeded',
  '>CLIENT:ESTABLISHED,0',
  '>CLIENT:ENV,trusted_ip=192.0.2.7',
  '>CLIENT:ENV,END',
  '>CLIENT:ADDRESS,0,100.64.0.2,1',
  '>BYTECOUNT_CLI:0,3131,3392',
  "ERROR: unknown command, enter 'help' for more options",
  '>CLIENT:DISCONNECT,0',
  '>CLIENT:ENV,bytes_received=4000',
  '>CLIENT:ENV,END',
  '>FATAL:Cannot open TUN/TAP dev',
]
  .map((line) => `${line}\r\n`)
  .join('');

const read = (...chunks: Buffer[]): ManagementMessage[] => {
  const parser = new ManagementParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
};

describe('the management protocol', () => {
  const whole = read(Buffer.from(TRANSCRIPT));

  it('is read as OpenVPN writes it', () => {
    expect(whole.map((m) => (m.type === 'client' ? m.event : m.type))).toEqual([
      ...['other', 'hold', 'reply', 'state', 'CONNECT', 'reply', 'ESTABLISHED', 'other', 'bytes', 'reply', 'DISCONNECT', 'fatal'],
    ]);
    const connect = whole[4] as Extract<ManagementMessage, { type: 'client' }>;
    expect([connect.cid, connect.kid, connect.env.get('password'), connect.env.get('username')]).toEqual([0, 1, 'a=b,c ü', '4dV2a']);
    expect(whole[3]).toEqual({ type: 'state', name: 'CONNECTED' });
    expect(whole[8]).toEqual({ type: 'bytes', cid: 0, received: 3131, sent: 3392 });
    expect(whole[9]).toEqual({ type: 'reply', succeeded: false, text: "unknown command, enter 'help' for more options" });
  });

  it('is read the same in whatever pieces it comes, also in the middle of a character', () => {
    const bytes = Buffer.from(TRANSCRIPT);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        expect(read(...at.slice(1).map((end, i) => bytes.subarray(at[i], end)))).toEqual(whole);
      }),
    );
  });

  it('never fails but with its own error, whatever bytes come', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array(),
            fc.constantFrom('>CLIENT:', 'CONNECT,', '1,2\r\n', '>BYTECOUNT_CLI:').map((t) => Buffer.from(t)),
          ),
        ),
        (pieces) => {
          try {
            read(...pieces.map((piece) => Buffer.from(piece)));
          } catch (error) {
            expect(error).toBeInstanceOf(ManagementProtocolError);
          }
        },
      ),
    );
  });

  it('ends with an error instead of filling the memory when a line does not end', () => {
    expect(() => read(Buffer.alloc(70_000, 'x'))).toThrow(ManagementProtocolError);
  });
});

/** The yardstick: bare node:http that reads the body, checks nothing and answers 200 with an empty body. */
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'content-length': 0 });
    response.end();
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ kind: 'listening', port: (server.address() as { port: number }).port }));
process.on('disconnect', () => process.exit());

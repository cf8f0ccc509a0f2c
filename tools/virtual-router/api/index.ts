export { ApiServer, type ApiServerOptions } from './server.js';

import { serve } from './serve.js';

/** The server process: what a container runs. */
process.exit(await serve(process.env));

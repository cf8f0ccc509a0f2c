export { envExample, readSettings, Settings } from './settings.js';
export { InvalidEnvironment } from './variable.js';

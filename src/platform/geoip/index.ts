export { GeoIp } from './geoip.js';
export { GeoIpModule } from './geoip.module.js';

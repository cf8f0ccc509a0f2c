import { Global, Module } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { GeoIp, MaxmindGeoIp, NoGeoIp } from './geoip.js';

@Global()
@Module({
  providers: [
    {
      provide: GeoIp,
      inject: [Settings],
      useFactory: async ({ GEOIP_DATABASE }: Settings): Promise<GeoIp> =>
        GEOIP_DATABASE ? MaxmindGeoIp.open(GEOIP_DATABASE) : new NoGeoIp(),
    },
  ],
  exports: [GeoIp],
})
export class GeoIpModule {}

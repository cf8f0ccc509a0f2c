import { concat, get, like, parsed, resultOf, script, toText, v, type Expression, type Script } from '../script/index.js';

/** What to do, in the words of the manual (Device-mode): a change needs someone at the router. */
export const DEVICE_MODE_ADVICE =
  'rosfleet: the device-mode of this router forbids fetch or scheduler. Type /system/device-mode/update fetch=yes scheduler=yes and within 5 minutes press the reset button or switch the power off and on. Then paste the command again.';

const FEATURES = ['fetch', 'scheduler'] as const;

const probe: Script = script((s) => s.return(concat(...FEATURES.map((feature) => toText(get('/system/device-mode', null, feature))))));

/**
 * Reads into the variable what device-mode says of fetch and the scheduler; home routers forbid both from the factory since 7.17.
 * Inside `:parse`, for RouterOS 6 and early 7 know no such menu: the variable stays empty there.
 */
export const readDeviceMode = (variable: string): Script =>
  script((s) => {
    s.local(variable, '');
    s.tryDo((s) => s.local('probe', parsed(probe)).assign(variable, resultOf('probe')));
  });

/** Some releases answer with booleans, some with yes and no. */
export const deviceModeForbids = (variable: string): Expression => like(v(variable), 'false|no');

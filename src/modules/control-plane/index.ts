/** The face of the control plane. */
export { ControlPlaneModule } from './control-plane.module.js';
export {
  RouterBusy,
  RouterCommandInvalid,
  RouterDidNotAnswer,
  RouterLoginRefused,
  RouterRefused,
  RouterUnreachable,
  SiteNotConnected,
  TunnelAddressesExhausted,
  TunnelCannotRun,
  TunnelUnavailable,
} from './errors.js';
export { SiteRegistered, TunnelConnected, TunnelCredentialsIssued, TunnelDisconnected } from './events.js';
export { LiveRouters } from './live/live-routers.js';
export { PolicyService } from './policies/policy.service.js';
export { MgmtTunnel } from './tunnel/mgmt-tunnel.js';
export { TunnelState } from './tunnel/tunnel-state.js';
export { type TunnelFacts, TunnelService } from './tunnel/tunnel.service.js';
export { SiteOffline, TooManyTransients, TransientForwardNotFound, TransientPortsUsedUp } from './transient/errors.js';
export { type ForwardWish, FORWARDS, type OpeningShown, TransientService } from './transient/transient.service.js';
export { ForwardTarget, TransientForwardDto, toTransientForwardDto } from './transient/dto/transient-forward.dto.js';

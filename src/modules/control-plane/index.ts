/** The face of the control plane. */
export { ControlPlaneModule } from './control-plane.module.js';
export { SiteNotConnected, TunnelAddressesExhausted, TunnelCannotRun, TunnelUnavailable } from './errors.js';
export { SiteRegistered, TunnelConnected, TunnelCredentialsIssued, TunnelDisconnected } from './events.js';
export { PolicyService } from './policies/policy.service.js';
export { MgmtTunnel } from './tunnel/mgmt-tunnel.js';
export { TunnelState } from './tunnel/tunnel-state.js';
export { type TunnelFacts, TunnelService } from './tunnel/tunnel.service.js';

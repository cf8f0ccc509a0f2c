/** Debian's OpenVPN as a server, supervised: see docs/management-tunnel.md. */
export { type CertifiedKey, expiryOf, isDue, issueServerCertificate, makeAuthority } from './certificates.js';
export type { TunnelPort } from './isolation.js';
export { OpenVpnServer, type TunnelServerOptions, type TunnelServerStatus } from './openvpn-server.js';
export { obstacles } from './programs.js';
export type { TunnelGate, TunnelLogin, Verdict } from './tunnel-gate.js';

/** Debian's OpenVPN as a server, supervised. */
export { type CertifiedKey, expiryOf, isDue, issueServerCertificate, makeAuthority } from './certificates.js';

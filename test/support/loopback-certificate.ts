/**
 * A certificate for localhost and 127.0.0.1 with its key, for servers that tests start; nobody else trusts it. Made by
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost
 * -addext subjectAltName=DNS:localhost,IP:127.0.0.1`; it ends in 2126.
 */
export const LOOPBACK_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUHlp3BoVfX9XXMnmH/q/x3fWGcH0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjAxMTQzMloYDzIxMjYxMDI5
MDExNDMyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS38XX1wGzFuF/B4ExhZT+xR/kPVFh/t6syQmH04/hDwiq/nYuuQeGd
bpyyIc+Ohm0W65NIdaJ2is/ReXdUG/p2o28wbTAdBgNVHQ4EFgQUtco5zUD48Ujo
a8gy1xUiJnIy4yMwHwYDVR0jBBgwFoAUtco5zUD48Ujoa8gy1xUiJnIy4yMwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAPzPGKwmbzmIeMWAuzLGNmMXu68LsLJxx+wSgWIjwnrgAiEA
uaOwKrGGCJNUk+IYAegd0KO6Z+9AxiHI0svFaTj0eU8=
-----END CERTIFICATE-----
`;

export const LOOPBACK_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgL+BFTOB1c3k9OvZd
Bq4Kc+zt76+r3yIxCMhEV7JayzihRANCAAS38XX1wGzFuF/B4ExhZT+xR/kPVFh/
t6syQmH04/hDwiq/nYuuQeGdbpyyIc+Ohm0W65NIdaJ2is/ReXdUG/p2
-----END PRIVATE KEY-----
`;

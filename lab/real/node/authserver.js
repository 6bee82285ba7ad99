// An OpenID provider (oidc-provider) for whole flows: logins with its development pages, PKCE, devices, rotating refresh
// tokens, and clients that log in at its token endpoint in different ways.
//   APP_ISSUER    its issuer
//   APP_REDIRECT  the redirect_uri that is registered for "shop" and "page"
//   APP_PKCE      "page" must use PKCE
//   APP_DEVICE    seconds that device codes live
//   APP_JOBS      the client "jobs" may use the client credentials grant
// Clients: "shop" (confidential), "page" (public, in a browser), "tv" (public, device), "jobs" (no user).
'use strict';
const env = (name) => process.env['APP_' + name];

import('oidc-provider').then(({ default: Provider, errors }) => {
  const code = { grant_types: ['authorization_code', 'refresh_token'], redirect_uris: [env('REDIRECT')], scope: 'openid offline_access profile read:orders' };
  const provider = new Provider(env('ISSUER'), {
    cookies: { keys: ['lab-cookie-key'] },
    scopes: ['openid', 'offline_access', 'profile', 'read:orders', 'write:orders'],
    claims: { profile: ['name'] },
    clients: [
      { ...code, client_id: 'shop', client_secret: 'lab-shop-secret-91d2' },
      { ...code, client_id: 'page', token_endpoint_auth_method: 'none', application_type: 'native' },
      { ...code, client_id: 'other', token_endpoint_auth_method: 'none', application_type: 'native' },
      {
        client_id: 'tv', token_endpoint_auth_method: 'none', redirect_uris: [], response_types: [], scope: 'openid offline_access profile',
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      },
      {
        client_id: 'jobs', client_secret: 'lab+jobs/secret%41=7', redirect_uris: env('JOBS') ? [] : [env('REDIRECT')], response_types: env('JOBS') ? [] : ['code'],
        grant_types: env('JOBS') ? ['client_credentials'] : ['authorization_code'], scope: 'read:orders',
      },
    ],
    findAccount: (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, name: 'Alice' }) }),
    pkce: { required: (ctx, client) => Boolean(env('PKCE')) && client.clientId === 'page' },
    rotateRefreshToken: true,
    clientBasedCORS: () => true,
    ttl: { AccessToken: 3600, AuthorizationCode: 60, ClientCredentials: 3600, DeviceCode: Number(env('DEVICE') || 600), Grant: 3600, IdToken: 3600, Interaction: 600, RefreshToken: 3600, Session: 3600 },
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource) => {
          if (resource !== 'https://orders.example.test') throw new errors.InvalidTarget();
          return { scope: 'read:orders', audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } };
        },
      },
    },
  });
  provider.listen(Number(process.env.PORT), '127.0.0.1');
});

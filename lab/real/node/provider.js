// An OpenID provider (oidc-provider) with logins, JWT and opaque access tokens, introspection, revocation and DPoP.
//   APP_ISSUER  its issuer
//   APP_KEYS    file with its private keys; they are rotated by another file and a restart
//   APP_OPAQUE  access tokens are opaque
//   APP_ALG     algorithm of access tokens, RS256 without it
//   APP_TTL     seconds that access tokens live
//   APP_DPOP    the client "shop" gets DPoP-bound tokens only
// Clients: "shop", which gets tokens, and "api", which asks about them.
'use strict';
const fs = require('fs');

const env = (name) => process.env['APP_' + name];
const alg = env('ALG') || 'RS256';

import('oidc-provider').then(({ default: Provider }) => {
  const provider = new Provider(env('ISSUER'), {
    jwks: JSON.parse(fs.readFileSync(env('KEYS'), 'utf8')),
    cookies: { keys: ['lab-cookie-key'] },
    scopes: ['openid', 'offline_access', 'read:orders', 'read:reports'],
    clients: [
      {
        client_id: 'shop', client_secret: 'lab-shop-secret-91d2', grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
        redirect_uris: ['https://shop.example.test/back'], scope: 'openid offline_access read:orders read:reports',
        id_token_signed_response_alg: alg, dpop_bound_access_tokens: Boolean(env('DPOP')),
      },
      { client_id: 'api', client_secret: 'lab-api-secret-5b7e', grant_types: [], response_types: [], redirect_uris: [] },
    ],
    findAccount: (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    pkce: { required: () => false },
    ttl: { AccessToken: Number(env('TTL') || 3600), ClientCredentials: Number(env('TTL') || 3600), Grant: 3600, IdToken: 3600, Interaction: 600, Session: 3600 },
    features: {
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (ctx, client) => client.clientId === 'api' },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'https://orders.example.test',
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource) => ({
          audience: resource, scope: 'read:orders read:reports', accessTokenTTL: Number(env('TTL') || 3600),
          ...(env('OPAQUE') ? { accessTokenFormat: 'opaque' } : { accessTokenFormat: 'jwt', jwt: { sign: { alg } } }),
        }),
      },
    },
  });
  provider.listen(Number(process.env.PORT), '127.0.0.1');
});

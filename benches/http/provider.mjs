// node-oidc-provider with open registration, in memory, as its quick start has it.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(url, {
    clientAuthMethods: ['none', 'client_secret_basic'],
    features: { registration: { enabled: true }, devInteractions: { enabled: false } },
  });
  server.on('request', provider.callback());
  console.log(`listening on ${url}`);
});

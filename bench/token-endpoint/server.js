/** One of the servers of token-endpoint.js, as a process of its own. */
const [kind = '', part] = (process.argv[2] ?? '').split('-');
/** Each loads no more than it needs. */
const starters = {
  offhook: async () => (await import('./offhook.js')).startOffhook(),
  koa: async (job) => (await import('./koa.js')).startKoa(job),
  bare: async (job) => (await import('./bare.js')).startBare(job),
};
const { server, headers } = await starters[kind]({ core: part === 'core' });
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port, headers }));
process.on('message', () => process.send?.(process.cpuUsage()));
process.once('disconnect', () => process.exit(0));

// A shop that takes orders over HTTP. No packages: `node web.js` is all.
//
//     GET  /        how the shop is doing, as JSON
//     POST /orders  orders something, answers with its number
//     POST /next    hands out the oldest order that waits, 204 when there is none
'use strict';
const http = require('http');

const instance = Number(process.env.NODE_APP_INSTANCE || 0);
const goods = ['a red kite', 'two teacups', 'a brass compass', 'five lemons', 'a map of Iceland', 'one left sock'];
const longestQueue = 20; // further orders are refused
const queue = [];
let taken = 0;

function order(thing) {
  if (queue.length >= longestQueue) {
    console.error(`warn  the queue is full, ${thing} is refused`);
    return null;
  }
  taken += 1;
  const number = instance * 10000 + taken;
  queue.push({ number, thing });
  console.log(`info  order ${number}: ${thing} (${queue.length} waiting)`);
  return number;
}

const server = http.createServer((request, response) => {
  const began = process.hrtime.bigint();
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body) + '\n');
    const micros = Number((process.hrtime.bigint() - began) / 1000n);
    if (request.url !== '/next') console.log(`info  ${request.method} ${request.url} ${status} ${micros} µs`);
  };
  request.resume();
  if (request.method === 'GET' && request.url === '/') {
    answer(200, { instance, taken, waiting: queue.length, uptime: Math.round(process.uptime()) });
  } else if (request.method === 'POST' && request.url === '/orders') {
    const number = order(pick());
    answer(number === null ? 503 : 201, { number });
  } else if (request.method === 'POST' && request.url === '/next') {
    const next = queue.shift();
    answer(next ? 200 : 204, next);
  } else {
    answer(404, { error: `there is no ${request.url}` });
  }
});

const pick = () => goods[Math.floor(Math.random() * goods.length)];

// All instances share the port. One that a stranger has is no reason to give up: another is tried.
let port = Number(process.env.PORT || 4780);
server.on('error', (error) => {
  if (error.code !== 'EADDRINUSE' || port > 65000) throw error;
  console.error(`warn  port ${port} is taken, trying ${port + 10}`);
  port += 10;
  server.listen(port, '127.0.0.1');
});
server.listen(port, '127.0.0.1', () => console.log(`info  the shop is open at http://127.0.0.1:${port}`));

// Customers come every few seconds.
let customers;
const nextCustomer = () => {
  customers = setTimeout(() => {
    order(pick());
    nextCustomer();
  }, 1500 + Math.random() * 3500);
};
nextCustomer();

process.on('SIGTERM', () => {
  console.log(`info  closing: ${taken} orders taken, ${queue.length} left for tomorrow`);
  clearTimeout(customers);
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

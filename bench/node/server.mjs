// The official server: as many events as are asked for, and echoes. Prints its port. Arguments: the port, 0 for any.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.env.CARILLON_NODE_MODULES, 'bench.js'))
const { Server } = require('socket.io')

const DATA = {
  type: 'market:trade',
  timestamp: '2026-03-02T09:15:30.250Z',
  data: {
    marketId: 'mkt-1',
    tradeId: 'trd-1',
    trader: '0x8ba1f109551bd432803012645ac136ddd64dba72',
    type: 'buy',
    outcome: 'yes',
    amount: '12500000000000000000',
    price: '630000000000000000',
    newYesPrice: '631000000000000000',
  },
  seq: 42,
}

const http = createServer()
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false })
io.on('connection', (socket) => {
  socket.on('echo', (what, answer) => answer(what))
  socket.on('burst', async (count) => {
    for (let sent = 0; sent < count; sent += 1) {
      socket.emit('trade', DATA)
      // What is written goes out, and memory stays where it is.
      if (sent % 500 === 499) await new Promise((resolve) => setImmediate(resolve))
    }
  })
})
http.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(http.address().port))

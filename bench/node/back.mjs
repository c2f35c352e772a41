// The official client, which comes back by itself. Prints `lost` and `back` with the time of day, in milliseconds.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.env.CARILLON_NODE_MODULES, 'bench.js'))
const { io } = require('socket.io-client')

const socket = io(process.argv[2], { transports: ['websocket'] })
socket.on('connect', () => console.log(`back ${Date.now()}`))
socket.on('disconnect', () => console.log(`lost ${Date.now()}`))

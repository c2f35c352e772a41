// The official client. Arguments: the URL, how many events, how many questions. Prints one line of JSON.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.env.CARILLON_NODE_MODULES, 'bench.js'))
const { io } = require('socket.io-client')

const [url, events, questions] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]

const percentile = (values, share) =>
  values.sort((a, b) => a - b)[Math.max(0, Math.round((values.length - 1) * share))] ?? 0
const cpu = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

const begun = performance.now()
const socket = io(url, { transports: ['websocket'], reconnection: false })
socket.on('connect_error', (error) => {
  console.error(error.message)
  process.exit(1)
})
socket.on('connect', async () => {
  const connectMs = performance.now() - begun
  let taken = 0
  let [first, before] = [0, 0]
  const { took, spent } = await new Promise((resolve) => {
    socket.on('trade', () => {
      if (taken === 0) [first, before] = [performance.now(), cpu()]
      taken += 1
      if (taken === events) resolve({ took: performance.now() - first, spent: cpu() - before })
    })
    socket.emit('burst', events)
  })
  const answers = []
  for (let question = 0; question < questions; question += 1) {
    const asked = performance.now()
    await socket.timeout(5_000).emitWithAck('echo', question)
    answers.push((performance.now() - asked) * 1_000)
  }
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))
  console.log(
    JSON.stringify({
      connectMs,
      eventsPerS: (events / took) * 1_000,
      cpuUsPerEvent: spent / events,
      peakKib: Number(peak?.[1] ?? 0),
      ackP50Us: percentile(answers, 0.5),
      ackP99Us: percentile(answers, 0.99),
    }),
  )
  socket.close()
})

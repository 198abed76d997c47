import { strategies } from '/work/main/src/engine/strategies.ts'
import { configOf } from '/work/main/test/engine/scenario.ts'
import { createEngine } from '/work/main/src/engine/engine.ts'
import { createRandom } from '/work/main/src/engine/random.ts'
import { tapeBatch } from '/work/main/src/engine/tape.ts'
const N = Number(process.argv[2] ?? 2_000_000)
const random = createRandom(1,'x')
const c = { kind:null, eventMs:new Float64Array(N), receivedMs:null, tradeId:new Float64Array(N), price:new Float64Array(N), quantity:new Float64Array(N), side:new Uint8Array(N), bidPrice:null,bidQuantity:null,askPrice:null,askQuantity:null,intervalMs:null,open:null,high:null,low:null }
let p=5000000, ms=Date.UTC(2024,0,1)
for(let i=0;i<N;i++){ ms+=Math.floor(random()*70); p+=Math.floor((random()-0.5)*200+0.5); if(p<1000000)p=1000000; c.eventMs[i]=ms;c.tradeId[i]=i;c.price[i]=p/100;c.quantity[i]=Math.round(random()*1e4+1)/1e5;c.side[i]=random()<.5?1:2 }
const counts:Record<string,number>={}
const limits = {'C16.entriesMax':'1000000'.slice(0,4),'C16.losses':'1000','C14.day':'1000','C14.hourShare':'1'}
const engine=createEngine(configOf({strategy:strategies['momentum']!, limits}),(e)=>{counts[e.event.kind]=(counts[e.event.kind]??0)+1; if(e.event.kind==='denied')counts[e.event.code]=(counts[e.event.code]??0)+1})
const t=performance.now()
for(let from=0;from<N;from+=65536){const b=tapeBatch(c as never,from,Math.min(N,from+65536)); for(let i=0;i<b.length;i++)engine.onMarket(b.at(i)!)}
const s=(performance.now()-t)/1000
console.log((N/s/1e6).toFixed(2),'M trades/s',counts,engine.journal.hash.slice(0,8), ((ms-Date.UTC(2024,0,1))/3600e3).toFixed(1)+'h')

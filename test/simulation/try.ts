import { runCycle } from './crash-points.ts'
const t=performance.now()
const c = await runCycle(null)
console.log(performance.now()-t, 'ms')
const m = new Map<string,number>()
c.calls.forEach((call,i)=>{ const at=c.whenMs[i]!-Date.UTC(2024,0,1); if(at<3900||at>=12800) return; const k=`${call.process.name} ${call.port}.${call.method}`; m.set(k,(m.get(k)??0)+1)})
console.log([...m].sort((a,b)=>b[1]-a[1]).map(x=>x.join(' ')).join('\n'))
process.exit(0)

/* The script of the report page. It runs in the browser, after uPlot and beside the element with the data. */
;(() => {
  const data = JSON.parse(document.getElementById('data').textContent)
  const root = document.documentElement
  const preferred = matchMedia('(prefers-color-scheme: dark)')
  root.dataset.theme = preferred.matches ? 'dark' : 'light'

  const color = (name) => getComputedStyle(root).getPropertyValue(name).trim()
  const number = (digits) => (value) =>
    value == null
      ? '--'
      : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const percent = (value) => (value == null ? '--' : `${(value * 100).toFixed(3)} %`)
  const time = (atS) => new Date(atS * 1000).toISOString().slice(0, 23).replace('T', ' ')

  const drawdownOf = ([times, values]) => {
    let peak = data.equityStart
    return [
      times,
      values.map((value) => {
        peak = Math.max(peak, value)
        return value / peak - 1
      }),
    ]
  }

  const axis = (extra) => ({
    stroke: color('--quiet'),
    grid: { stroke: color('--grid'), width: 1 },
    ticks: { stroke: color('--grid'), width: 1 },
    font: '12px system-ui, sans-serif',
    ...extra,
  })

  /* Axis labels need as many digits as tell two neighbouring ticks apart. */
  const tickText = (u, ticks) => {
    const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 1
    const digits = Math.min(8, Math.max(0, Math.ceil(-Math.log10(step))))
    return ticks.map(number(digits))
  }
  const percentTicks = (u, ticks) => {
    const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) * 100 : 1
    const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(step))))
    return ticks.map((tick) => `${(tick * 100).toFixed(digits)} %`)
  }

  /* 24 hours in UTC, the date once a day: whole days alone show dates. */
  const timeTicks = (u, ticks, axisIndex, space, step) => {
    let day = ''
    return ticks.map((atS) => {
      const text = new Date(atS * 1000).toISOString()
      const date = text.slice(0, 10)
      if (step >= 86400) return date
      const clock = text.slice(11, step >= 60 ? 16 : 19)
      if (date === day) return clock
      day = date
      return `${clock}\n${date}`
    })
  }

  const options = (host, { height, label, value, values, stroke, fill, paths, range, plugins = [] }) => ({
    width: host.clientWidth,
    height,
    plugins,
    padding: [8, 38, 0, 0],
    tzDate: (atS) => uPlot.tzDate(new Date(atS * 1000), 'Etc/UTC'),
    cursor: { sync: { key: 'time' }, drag: { x: true, y: false } },
    scales: { x: { time: true }, y: range === undefined ? {} : { range } },
    axes: [axis({ values: timeTicks, space: 84 }), axis({ size: 74, values })],
    series: [
      { label: 'UTC', value: (u, atS) => (atS == null ? '--' : time(atS)) },
      { label, stroke, fill, width: 1.5, paths, value: (u, at) => value(at), points: { show: false } },
    ],
  })

  /* Fills are drawn over the price: a triangle up where we bought, down where we sold. */
  const markers = (host) => {
    const tip = document.createElement('div')
    tip.className = 'tip'
    const size = 6
    const place = (u, fill, canvas) => [
      u.valToPos(fill.atS, 'x', canvas),
      u.valToPos(fill.price, 'y', canvas) +
        (fill.side === 'buy' ? 1 : -1) * size * (canvas ? devicePixelRatio : 1),
    ]
    const draw = (u) => {
      const { ctx, bbox } = u
      const arm = size * devicePixelRatio
      ctx.save()
      ctx.beginPath()
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
      ctx.clip()
      for (const fill of data.fills) {
        if (fill.atS < u.scales.x.min || fill.atS > u.scales.x.max) continue
        const [x, y] = place(u, fill, true)
        const up = fill.side === 'buy' ? -1 : 1
        ctx.fillStyle = color(fill.side === 'buy' ? '--good' : '--bad')
        ctx.strokeStyle = color('--card')
        ctx.lineWidth = devicePixelRatio
        ctx.beginPath()
        ctx.moveTo(x, y + up * arm)
        ctx.lineTo(x - arm, y - up * arm)
        ctx.lineTo(x + arm, y - up * arm)
        ctx.closePath()
        ctx.fill()
        ctx.stroke()
      }
      ctx.restore()
    }
    const hover = (u) => {
      const { left, top } = u.cursor
      let nearest = null
      let least = 16
      for (const fill of left < 0 ? [] : data.fills) {
        const [x, y] = place(u, fill, false)
        const distance = Math.hypot(x - left, y - top)
        if (distance < least) [nearest, least] = [fill, distance]
      }
      tip.style.display = nearest === null ? 'none' : 'block'
      if (nearest === null) return
      const { side, quantity, price, purpose, liquidity, fee, atS } = nearest
      const at = price.toLocaleString('en-US', { maximumFractionDigits: 8 })
      tip.textContent = `${side} ${quantity} at ${at}\n${purpose}, ${liquidity}, fee ${fee}\n${time(atS)}`
      const right = left > u.over.clientWidth / 2
      tip.style.left = right ? 'auto' : `${u.over.offsetLeft + left + 14}px`
      tip.style.right = right ? `${host.clientWidth - u.over.offsetLeft - left + 14}px` : 'auto'
      tip.style.top = `${u.over.offsetTop + Math.max(0, top - 30)}px`
    }
    return { hooks: { init: () => host.append(tip), draw, setCursor: hover } }
  }

  /* A line that does not move is still drawn to a scale that says so. */
  const equityRange = (u, min, max) => {
    const room = Math.max((max - min) * 0.08, Math.abs(max) * 1e-5)
    return [min - room, max + room]
  }
  const drawdownRange = (u, min) => [Math.min(min * 1.08, -1e-5), 0]

  let charts = []
  const draw = () => {
    for (const chart of charts) chart.destroy()
    charts = []
    const tall = innerWidth < 760 ? 200 : 260
    const add = (id, columns, settings) => {
      const host = document.getElementById(id)
      host.replaceChildren()
      if (columns[0].length === 0) {
        host.textContent = 'No data.'
        return
      }
      const chart = new uPlot(options(host, { ...settings(host) }), columns, host)
      chart.setScale('x', { min: data.firstS, max: Math.max(data.lastS, data.firstS + 1) })
      charts.push(chart)
    }
    // Equity stays as it was until it is seen anew: while flat it does not slope.
    const paths = uPlot.paths.stepped({ align: 1 })
    const accent = { stroke: color('--accent'), values: tickText }
    add('equity', data.equity, () => ({
      height: tall,
      label: 'equity',
      value: number(4),
      fill: color('--accent-soft'),
      range: equityRange,
      paths,
      ...accent,
    }))
    add('drawdown', drawdownOf(data.equity), () => ({
      ...{ height: tall * 0.6, label: 'drawdown', value: percent, values: percentTicks },
      ...{ stroke: color('--bad'), fill: color('--bad-soft'), paths, range: drawdownRange },
    }))
    add('price', data.prices, (host) => ({
      ...{
        height: tall * 1.4,
        label: 'price',
        value: (at) => (at == null ? '--' : at.toLocaleString('en-US', { maximumFractionDigits: 8 })),
      },
      ...accent,
      plugins: [markers(host)],
    }))
  }

  draw()
  let resizing = 0
  let width = innerWidth
  addEventListener('resize', () => {
    // A phone's address bar changes the height alone; that needs no new charts.
    if (innerWidth === width) return
    width = innerWidth
    clearTimeout(resizing)
    resizing = setTimeout(draw, 120)
  })
  const setTheme = (theme) => {
    root.dataset.theme = theme
    draw()
  }
  document
    .getElementById('theme')
    .addEventListener('click', () => setTheme(root.dataset.theme === 'dark' ? 'light' : 'dark'))
  preferred.addEventListener('change', () => setTheme(preferred.matches ? 'dark' : 'light'))
  document.getElementById('copy').addEventListener('click', (event) => {
    const range = document.createRange()
    range.selectNodeContents(document.getElementById('command'))
    document.getSelection().removeAllRanges()
    document.getSelection().addRange(range)
    document.execCommand('copy')
    event.target.textContent = 'Copied'
  })
})()

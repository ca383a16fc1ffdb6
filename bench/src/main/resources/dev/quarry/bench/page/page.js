// Draws the plots. Everything that they show stands in the page's tables too.
"use strict";

(() => {
  const PLOTS = JSON.parse(document.getElementById("plots").textContent);
  const COLORS = ["--s1", "--s2", "--s3", "--s4", "--s5", "--s6"];
  const DASHES = [null, "6 3", "2 3"];
  const NARROW_PIXELS = 520;
  const CHARACTER_PIXELS = 6.6;

  const short = (value) => String(Number(value.toPrecision(3)));
  const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

  function scaled(value, step, units) {
    let unit = 0;
    while (Math.abs(value) >= step && unit < units.length - 1) {
      value /= step;
      unit++;
    }
    return `${short(value)} ${units[unit]}`;
  }

  const FORMATS = {
    ns: (value) => scaled(value, 1000, ["ns", "µs", "ms", "s"]),
    bytes: (value) => scaled(value, 1024, ["B", "KiB", "MiB", "GiB"]),
    count: short,
    seconds: (value) => `${short(value)} s`,
    // The axis has one call in so many; what is printed is the percentile.
    percentile: (value) => `p${Number((100 * (1 - 1 / value)).toPrecision(8))}`,
  };

  // An allocator keeps its colour and its dashes from plot to plot. Quarry's own lines are blue and thick.
  const styles = new Map();
  function style({ name, group }) {
    if (!styles.has(name)) {
      const isQuarry = group === "quarry";
      const count = [...styles.values()].filter((other) => other.isQuarry === isQuarry).length;
      const color = isQuarry || group === "void" ? `--${group}` : COLORS[count % COLORS.length];
      const dash = DASHES[(isQuarry ? count : Math.floor(count / COLORS.length)) % DASHES.length];
      styles.set(name, { isQuarry, color: `var(${color})`, dash, width: isQuarry ? 3 : 1.75 });
    }
    return styles.get(name);
  }

  function svg(width, height, caption) {
    return d3
      .create("svg")
      .attr("role", "img")
      .attr("aria-label", caption)
      .attr("width", width)
      .attr("height", height)
      .attr("viewBox", `0 0 ${width} ${height}`);
  }

  function axisTitle(root, x, y, anchor, text) {
    root.append("text").attr("class", "axis-title").attr("x", x).attr("y", y).attr("text-anchor", anchor).text(text);
  }

  // At most so many powers of a base, the base's own first power always among them.
  function powers(base, [low, high], most) {
    const first = Math.ceil(Math.log(low) / Math.log(base) - 1e-9);
    const last = Math.floor(Math.log(high) / Math.log(base) + 1e-9);
    const step = Math.ceil((last - first + 1) / most);
    return d3
      .range(first, last + 1)
      .filter((exponent) => exponent % step === 0)
      .map((exponent) => base ** exponent);
  }

  // Bars begin at 1, the best competitor: to the left is better. Equal lengths are equal ratios.
  function bars({ axis, rows, caption }, width) {
    const longest = d3.max(rows, (row) => row.label.length) * CHARACTER_PIXELS;
    const isLabelAbove = longest > width * 0.4;
    const rowHeight = isLabelAbove ? 38 : 25;
    const left = isLabelAbove ? 1 : longest + 12;
    const bottom = rows.length * rowHeight + 6;
    const low = Math.min(0.5, d3.min(rows, (row) => row.low));
    const high = Math.max(2, d3.max(rows, (row) => row.high));
    const x = d3.scaleLog([low, high], [left + 38, width - 42]);
    const ticks = powers(2, [low, high], width < NARROW_PIXELS ? 5 : 9);
    const root = svg(width, bottom + 44, caption);

    root
      .append("g")
      .attr("class", "grid")
      .selectAll("line")
      .data(ticks)
      .join("line")
      .attr("x1", x)
      .attr("x2", x)
      .attr("y2", bottom);
    root
      .append("g")
      .attr("class", "axis")
      .attr("transform", `translate(0,${bottom})`)
      .call(d3.axisBottom(x).tickValues(ticks).tickFormat(short).tickSize(4));
    axisTitle(root, width, bottom + 38, "end", `${axis} →`);

    root.append("line").attr("class", "best").attr("x1", x(1)).attr("x2", x(1)).attr("y2", bottom);

    const row = root
      .selectAll("g.mark")
      .data(rows)
      .join("g")
      .attr("class", (bar) => `mark ${bar.group}`)
      .attr("transform", (bar, index) => `translate(0,${index * rowHeight + 4})`);
    const middle = isLabelAbove ? 24 : rowHeight / 2;
    row
      .append("text")
      .attr("class", "label")
      .attr("x", isLabelAbove ? 0 : left - 8)
      .attr("y", isLabelAbove ? 8 : middle)
      .attr("text-anchor", isLabelAbove ? "start" : "end")
      .attr("dy", "0.32em")
      .text((bar) => bar.label);
    row
      .append("rect")
      .attr("x", (bar) => Math.min(x(1), x(bar.ratio)))
      .attr("y", middle - 7)
      .attr("width", (bar) => Math.max(2, Math.abs(x(bar.ratio) - x(1))))
      .attr("height", 14);
    row
      .append("path")
      .attr("class", "error")
      .attr("d", (bar) => `M${x(bar.low)},${middle - 4}v8m0,-4H${x(bar.high)}m0,-4v8`);
    row
      .append("text")
      .attr("class", "value")
      .attr("x", (bar) => (bar.ratio < 1 ? x(bar.low) - 6 : x(bar.high) + 6))
      .attr("y", middle)
      .attr("dy", "0.32em")
      .attr("text-anchor", (bar) => (bar.ratio < 1 ? "end" : "start"))
      .text((bar) => digits(bar.ratio));
    return [root.node()];
  }

  // From 0 on, but for counts of threads; a logarithmic axis leaves the least value a little room.
  function scale(axis, values, range) {
    const [low, high] = d3.extent(values);
    if (!axis.log) {
      return d3.scaleLinear([axis.label === "threads" ? low : 0, high], range);
    }
    return d3.scaleLog([axis.format === "ns" ? low * 0.8 : low, high > low ? high : low * 10], range);
  }

  function tickValues(axis, values, scaleOfAxis, most) {
    const distinct = d3.sort(new Set(values));
    const hasValueTicks = ["percentile", "seconds"].includes(axis.format) || axis.label === "threads";
    if (hasValueTicks) {
      return distinct.filter((value, index) => distinct.length <= most || index % Math.ceil(distinct.length / most) === 0);
    }
    if (!axis.log) {
      // Bytes are counted in powers of 1024, and so are their ticks.
      const unit = axis.format === "bytes" ? 1024 ** Math.floor(Math.log(scaleOfAxis.domain()[1]) / Math.log(1024)) : 1;
      return d3.ticks(0, scaleOfAxis.domain()[1] / unit, most).map((tick) => tick * unit);
    }
    const ticks = powers(axis.format === "bytes" ? 2 : 10, scaleOfAxis.domain(), most);
    return ticks.length > 1 ? ticks : scaleOfAxis.ticks(3);
  }

  function lines({ x: xAxis, y: yAxis, series, caption }, width) {
    const isNarrow = width < NARROW_PIXELS;
    const height = isNarrow ? 290 : 360;
    const [left, right, top, bottom] = [62, 20, 26, height - 44];
    const points = series.flatMap((line) => line.points);
    const xs = points.map((point) => point[0]);
    const x = scale(xAxis, xs, [left, width - right]);
    const ys = points.flatMap(([, middle, low, high]) => (low > 0 || !yAxis.log ? [low, high] : [middle, high]));
    const y = scale(yAxis, ys, [bottom, top]);
    const yTicks = tickValues(yAxis, ys, y, 7);
    const root = svg(width, height, caption);

    root
      .append("g")
      .attr("class", "grid")
      .selectAll("line")
      .data(yTicks)
      .join("line")
      .attr("x1", left)
      .attr("x2", width - right)
      .attr("y1", y)
      .attr("y2", y);
    root
      .append("g")
      .attr("class", "axis")
      .attr("transform", `translate(0,${bottom})`)
      .call(
        d3
          .axisBottom(x)
          .tickValues(tickValues(xAxis, xs, x, isNarrow ? 5 : 10))
          .tickFormat(FORMATS[xAxis.format])
          .tickSize(4),
      );
    root
      .append("g")
      .attr("class", "axis")
      .attr("transform", `translate(${left},0)`)
      .call(d3.axisLeft(y).tickValues(yTicks).tickFormat(FORMATS[yAxis.format]).tickSize(0).tickPadding(6));
    axisTitle(root, 0, 12, "start", `↑ ${yAxis.label}`);
    axisTitle(root, width, height - 6, "end", `${xAxis.label} →`);

    const path = d3
      .line()
      .x((point) => x(point[0]))
      .y((point) => y(point[1]));
    // Quarry last, on top of all others.
    for (const line of d3.sort(series, (entry) => entry.group === "quarry")) {
      const { color, dash, width: strokeWidth } = style(line);
      const group = root.append("g").attr("class", "mark line").style("color", color);
      group
        .append("path")
        .attr("class", "error")
        .attr("d", line.points.map(([at, , low, high]) => `M${x(at)},${y(Math.max(low, y.domain()[0]))}V${y(high)}`).join(""));
      group.append("path").attr("d", path(line.points)).attr("stroke-width", strokeWidth).attr("stroke-dasharray", dash);
      group
        .selectAll("circle")
        .data(line.points)
        .join("circle")
        .attr("cx", (point) => x(point[0]))
        .attr("cy", (point) => y(point[1]))
        .attr("r", 3)
        .append("title")
        .text((point) => `${line.name}, ${FORMATS[xAxis.format](point[0])}: ${FORMATS[yAxis.format](point[1])}`);
    }
    return [legend(series), root.node()];
  }

  function legend(series) {
    const list = document.createElement("div");
    list.className = "legend";
    for (const line of series) {
      const { color, dash, width } = style(line);
      const sample = d3.create("svg").attr("width", 28).attr("height", 10).attr("aria-hidden", "true");
      sample
        .append("path")
        .attr("d", "M0,5H28")
        .style("color", color)
        .attr("stroke", "currentColor")
        .attr("stroke-width", width)
        .attr("stroke-dasharray", dash);
      const entry = document.createElement("span");
      entry.append(sample.node(), line.name);
      list.append(entry);
    }
    return list;
  }

  const KINDS = { bars, lines };
  const drawnWidths = new WeakMap();

  function draw(holder) {
    const width = Math.floor(holder.clientWidth);
    if (width > 0 && drawnWidths.get(holder) !== width) {
      drawnWidths.set(holder, width);
      const plot = PLOTS[holder.closest("figure").dataset.plot];
      holder.replaceChildren(...KINDS[plot.kind](plot, width));
    }
  }

  const holders = document.querySelectorAll("figure[data-plot] > .plot");
  holders.forEach(draw);
  const observer = new ResizeObserver((entries) => entries.forEach((entry) => draw(entry.target)));
  holders.forEach((holder) => observer.observe(holder));
})();

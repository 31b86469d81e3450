/* Draws the numbers of the table below it with ECharts. Without this script the table says the same. */
(function () {
  "use strict";
  var style = getComputedStyle(document.documentElement);
  function token(name) { return style.getPropertyValue(name).trim(); }

  document.querySelectorAll("[data-chart]").forEach(function (box) {
    fetch(box.dataset.chart, { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(answer.status); })
      .then(function (data) {
        box.hidden = false;
        var chart = echarts.init(box);
        chart.setOption({
          animation: false,
          color: [token("--cat-1"), token("--cat-2")],
          textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: token("--ink") },
          grid: { left: 8, right: 8, top: 36, bottom: 4, containLabel: true },
          legend: { top: 0, right: 0, icon: "rect" },
          /* rich text: a tooltip made of HTML would carry style attributes, which the CSP forbids */
          tooltip: { trigger: "axis", renderMode: "richText" },
          xAxis: { type: "category", data: data.months },
          yAxis: { type: "value", name: data.unit, nameTextStyle: { align: "right" }, minInterval: 1 },
          series: data.series.map(function (one, index) {
            var look = index ? { decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: Math.PI / 4 } } : {};
            return { type: "bar", stack: "all", name: one.name, data: one.data, barMaxWidth: 36, itemStyle: look };
          })
        });
        window.addEventListener("resize", function () { chart.resize(); });
      })
      .catch(function () { box.hidden = true; });
  });
})();

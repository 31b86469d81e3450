"""Test data as a table: its heads, and how much of it one sheet holds."""

HEADS = (
    "盲样号",
    "实验室",
    "疫病代码",
    "疫病",
    "方法标准号",
    "结果",
    "Cq",
    "检测日",
    "运行",
    "仪器",
    "试剂批",
    "由混样推得",
    "报告编号",
    "个体数",
)
MOST_ROWS = 1_000_000
"""Rows one .xlsx sheet holds (ECMA-376: 1,048,576), with room for heads."""

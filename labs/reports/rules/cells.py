"""Test data as a table: its heads, and cells that no spreadsheet takes for a formula."""

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
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the begin of a formula (OWASP, CSV injection), full width too."""
MOST_ROWS = 1_000_000
"""Rows one .xlsx sheet holds (ECMA-376: 1,048,576), with room for heads."""


def plain_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: such text gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value

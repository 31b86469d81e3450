"""Samples, seals, blind codes, dispatch and custody; the annex that names the farm (抽样 · 送样)."""

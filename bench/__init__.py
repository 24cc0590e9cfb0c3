"""Side by side with other tools: the only place where speed, memory and bytes are measured.

``python -m bench`` prints a table of ratios and medians and writes docs/benchmarks.md. Figures vary between
machines, so only ratios taken in one run count. What may not enter: anything the product imports.
"""

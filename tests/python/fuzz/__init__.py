"""Random programs as a judge: compositions of ops, each run here and by PyTorch's CPU build and compared line by line.

    python -m fuzz --count 100000            from tests/python, or `make fuzz COUNT=100000`
    python -m fuzz --seed 4711 --count 1 --show

A program is drawn from its seed alone, so a seed is a report. `catalog` has the forms of lines, `programs` draws them while
PyTorch runs them, `judge` runs the text on both sides, compares, and makes what differs short.
"""
